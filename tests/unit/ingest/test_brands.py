"""Brands are heard where they are named as words, in any script, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest.brands import Brands, Kind
from streams.settings import BrandSettings

ACME = BrandSettings(
    name="Acme",
    names=("Acme Cleaning", "アクメ", "아크메", "Ёлка", "C&A", "Mc'Donald"),
    handles=("@acme", "acme.bsky.social", "did:plc:acme"),
    hashtags=("#teamacme", "loveacme"),
    products=("Windöw Pro",),
    exclude=("zoo",),
)


def found(text: str, *brands: BrandSettings) -> list[str]:
    return [text[match.start : match.end] for match in Brands(brands or (ACME,)).match(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ACME's late", ["ACME"]),
        ("l’acme, acme-app (acme) acme.com", ["acme", "acme", "acme", "acme"]),
        ("acmeology acme2 acme_fan 2acme", []),
        ("Acme  \n Cleaning is late", ["Acme  \n Cleaning"]),
        ("ａｃｍｅ", ["ａｃｍｅ"]),
        ("ac\u200bme", ["ac\u200bme"]),
        ("window pro, WINDO\u0308W PRO", ["window pro", "WINDO\u0308W PRO"]),
        ("Acmeは私のアクメです", ["Acme", "アクメ"]),
        ("아크메가 늦었어요", ["아크메"]),
        ("елка, ЁЛКА", ["елка", "ЁЛКА"]),
        ("I buy at c&a", ["c&a"]),
        ("#AcmeFail #acme2026 #acme_fail #acmefail", ["Acme", "acme", "acme"]),
        ("#acmecleaning #ScrewAcmeCleaning acmecleaning", ["acmecleaning", "AcmeCleaning"]),
        ("#TeamAcme #teamacmes #LOVEACME", ["#TeamAcme", "#LOVEACME"]),
        ("@acme hello", ["@acme"]),
        ("@acme.", ["@acme"]),
        ("@acme.bsky.social is away", ["@acme.bsky.social"]),
        ("bsky.app/profile/acme.bsky.social", ["acme.bsky.social"]),
        ("did:plc:acme did:plc:acmes", ["did:plc:acme"]),
        ("Acme at the ZOO", []),
        ("", []),
    ],
)
def test_words_are_found_as_the_rules_say(text: str, words: list[str]) -> None:
    """Offsets are those of the text that was asked about."""
    assert found(text) == words


def test_a_handle_is_not_the_beginning_of_another() -> None:
    """Neither a longer handle nor a mail address."""
    only = BrandSettings(name="Zzz", handles=("acme",))
    assert found("@acme_help @acme.bsky.social @acme-x x@acme.com @acme@mastodon.social", only) == []


def test_accents_do_not_matter_either_way() -> None:
    """`й` stays another letter than `и`: outside Latin and Greek marks make letters."""
    assert found("cafe", BrandSettings(name="Café")) == ["cafe"]
    assert found("CAFÉ", BrandSettings(name="cafe")) == ["CAFÉ"]
    assert found("мои", BrandSettings(name="мой")) == []
    assert found("STRASSE straße", BrandSettings(name="Straße")) == ["STRASSE", "straße"]


def test_each_match_says_which_brand_and_word() -> None:
    (match,) = Brands((ACME,)).match("my Windöw Pro")
    assert (match.brand, match.word, match.kind) == ("Acme", "Windöw Pro", Kind.PRODUCT)


def test_brands_do_not_shadow_each_other() -> None:
    """Longest wins inside one brand only; an exclusion voids its own brand only."""
    other = BrandSettings(name="Cleaning Co", names=("Cleaning",))
    assert found("Acme Cleaning", ACME, other) == ["Acme Cleaning", "Cleaning"]
    assert found("Acme Cleaning zoo", ACME, other) == ["Cleaning"]


def test_own_accounts_are_known() -> None:
    brands = Brands((ACME,))
    assert brands.own_handles == {"acme", "acme.bsky.social", "did:plc:acme"}
    assert brands.is_own("@ACME")
    assert brands.is_own("somebody", "Acme.bsky.social")
    assert not brands.is_own("acme2", "")


def test_no_brands_match_nothing() -> None:
    assert Brands(()).match("anything") == ()


WORDS = st.text(alphabet="abcé1_", min_size=1, max_size=4)
TEXTS = st.text(alphabet="abcéABC1_ .'-#@\n", max_size=40)


def naive(text: str, words: list[str]) -> list[str]:
    """Every word looked for by itself, longest first."""
    plain = str.maketrans("éÉ", "ee")
    folded = text.translate(plain).lower()
    taken: list[tuple[int, int]] = []
    for word in sorted(set(words), key=lambda word: -len(word)):
        key = re.escape(word.translate(plain).lower())
        for match in re.finditer(rf"(?=(?<!\w){key}(?!\w))", folded):
            start, end = match.start(), match.start() + len(word)
            if all(end <= other or start >= stop for other, stop in taken):
                taken.append((start, end))
    return [text[start:end] for start, end in sorted(taken)]


@given(st.lists(WORDS, min_size=1, max_size=6), TEXTS)
def test_finds_what_looking_for_each_word_finds(words: list[str], text: str) -> None:
    """The automaton is nothing but a faster search (hashtags, which have rules of their own, aside)."""
    text = text.replace("#", " ")
    assert found(text, BrandSettings(name=words[0], names=tuple(words[1:]))) == naive(text, words)


def test_thousands_of_words_are_looked_for_at_once() -> None:
    brands = Brands([BrandSettings(name=f"brand{n}", names=(f"name {n}",)) for n in range(5000)])
    assert [match.brand for match in brands.match("brand17, name 4999 and brand5001")] == ["brand17", "brand4999"]


@given(st.text(max_size=200))
def test_offsets_stay_inside_any_text(text: str) -> None:
    for match in Brands((ACME, BrandSettings(name="a"))).match(text):
        assert 0 <= match.start < match.end <= len(text)
