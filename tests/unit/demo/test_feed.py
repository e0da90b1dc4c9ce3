"""The demo's feed keeps its promises: enough of every kind, in three languages, in order, and nobody real in it."""

import itertools
import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from streams.ingest.rows import read_row
from streams.records import Post, Verdict
from streams.settings import BrandSettings

#: What the editor may call a post: the verdicts, and one kind that no text gives away.
KINDS = {str(verdict) for verdict in Verdict} | {"silent_low_rating"}
#: At or below this a star counts as low, as in the settings' default.
LOW = 2
OPEN_NETWORKS = {"bluesky", "mastodon", "reddit", "telegram", "vk"}
#: Characters that turn or hide text: direction overrides, joiners, spaces of no width.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")

Line = dict[str, Any]


@pytest.fixture(scope="module")
def feed() -> list[Line]:
    text = (files("streams.demo") / "feed.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def brand() -> BrandSettings:
    text = (files("streams.demo") / "hearout.toml").read_text(encoding="utf-8")
    (only,) = tomllib.loads(text)["brands"]
    return BrandSettings.model_validate(only)


def of_kind(feed: list[Line], kind: str) -> list[Line]:
    return [line for line in feed if line["kind"] == kind]


def own(line: Line, brand: BrandSettings) -> bool:
    return line["author"] in brand.handles


def test_every_line_has_the_fields_a_post_is_made_of(feed: list[Line]) -> None:
    """No key is missing, unknown or of the wrong type."""
    required = {
        "id": str, "created_offset_s": float, "kind": str, "lang": str, "source_label": str,
        "author": str, "author_name": str, "text": str, "brand": str, "url": str,
    }  # fmt: skip
    optional = {"rating": int, "aspects": dict, "reach": int, "reply_to": str, "conversation_id": str}
    for line in feed:
        assert required.keys() <= line.keys() <= required.keys() | optional.keys(), line["id"]
        for key, value in line.items():
            assert isinstance(value, (required | optional)[key]), (line["id"], key)


def test_every_line_is_a_row_the_sources_take(feed: list[Line]) -> None:
    """The walk reads each line as it reads a file or a webhook, and no text is lost whole to cleaning."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    for line in feed:
        post = read_row(line, source="demo", heard_at=now, version=0)
        assert isinstance(post, Post)
        assert bool(post.text) == bool(line["text"]), line["id"]
        assert (post.url, post.author, post.rating) == (line["url"], line["author"], line.get("rating"))


def test_there_is_enough_to_watch(feed: list[Line]) -> None:
    """A newcomer sees at least 230 posts, and every one has its own id."""
    assert len(feed) >= 230
    assert len({line["id"] for line in feed}) == len(feed)


def test_languages_share_the_feed(feed: list[Line]) -> None:
    """About 45% English, 30% Spanish, 25% Russian, and a few that no handler speaks."""
    share = {lang: count / len(feed) for lang, count in Counter(line["lang"] for line in feed).items()}
    assert share["en"] == pytest.approx(0.45, abs=0.05)
    assert share["es"] == pytest.approx(0.30, abs=0.05)
    assert share["ru"] == pytest.approx(0.25, abs=0.05)
    assert 0 < sum(value for lang, value in share.items() if lang not in {"en", "es", "ru"}) < 0.03


def test_each_kind_is_told_in_each_language(feed: list[Line]) -> None:
    """All kinds, and only those, with several examples in English, Spanish and Russian."""
    told = Counter((line["kind"], line["lang"]) for line in feed)
    assert {line["kind"] for line in feed} == KINDS
    for kind, lang in itertools.product(KINDS, ("en", "es", "ru")):
        assert told[kind, lang] >= 5, (kind, lang)


def test_hostile_problems_lead(feed: list[Line]) -> None:
    """The hostile with a real problem outnumber pure abuse at least three to one: they are what the demo is about."""
    assert len(of_kind(feed, "hostile_problem")) >= 3 * len(of_kind(feed, "abuse"))


def test_time_goes_forward_and_ends_within_five_minutes(feed: list[Line]) -> None:
    """Offsets start at once, never decrease, leave no lull over four seconds, and end within 300 seconds."""
    offsets = [line["created_offset_s"] for line in feed]
    assert 0 <= offsets[0] <= 2
    assert offsets[-1] <= 300
    assert all(0 <= later - earlier <= 4 for earlier, later in itertools.pairwise(offsets))


@pytest.mark.parametrize("lang", ["en", "es", "ru"])
def test_the_first_hostile_problem_comes_soon(feed: list[Line], lang: str) -> None:
    """Within 20 seconds somebody is furious, with a reason, in each language."""
    first = next(line for line in of_kind(feed, "hostile_problem") if line["lang"] == lang)
    assert first["created_offset_s"] <= 20


def test_all_addresses_are_reserved_ones(feed: list[Line]) -> None:
    """Authors, mentions and links can belong to nobody: they end in `.example`."""
    for line in feed:
        assert line["author"].endswith(".example"), line["id"]
        assert re.fullmatch(r"https://[a-z.-]+\.example/\S+", line["url"]), line["id"]
        for mention in re.findall(r"@[\w.-]*\w", line["text"]):
            assert mention in {"@plumela", "@plumela.example"}, line["id"]
        assert not re.search(r"https?://|www\.|\b\w+\.(com|org|net|es|ru|io|app)\b", line["text"]), line["id"]


def test_the_company_speaks_too(feed: list[Line], brand: BrandSettings) -> None:
    """Our own handle posts, customers answer under it, and the post itself is a mere mention: it must be ignored."""
    ours = [line for line in feed if own(line, brand)]
    assert ours
    assert all(line["kind"] == "mention" for line in ours)
    answered = {line["reply_to"] for line in feed if "reply_to" in line}
    assert answered & {line["id"] for line in ours}


def test_open_networks_name_the_brand(feed: list[Line], brand: BrandSettings) -> None:
    """What comes from an open network could have been heard there: a name, hashtag, handle or product stands in it."""
    words = {word.casefold() for word in (brand.name, *brand.names, *brand.handles, *brand.hashtags, *brand.products)}
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r")(?!\w)")
    deaf = [
        line["id"]
        for line in feed
        if line["source_label"] in OPEN_NETWORKS
        and "reply_to" not in line
        and line["lang"] != "und"
        and not own(line, brand)
        and not pattern.search(INVISIBLE.sub("", line["text"].casefold()))
    ]
    assert deaf == []


def test_ratings_stay_on_their_scale(feed: list[Line]) -> None:
    """Stars and sub-stars go from 1 to 5, and only stores and visits give them."""
    for line in feed:
        stars = [*([line["rating"]] if "rating" in line else []), *line.get("aspects", {}).values()]
        assert all(1 <= star <= 5 for star in stars), line["id"]
        assert not (stars and line["source_label"] in OPEN_NETWORKS), line["id"]


def test_silent_ratings_say_nothing_and_mean_something(feed: list[Line]) -> None:
    """A silent low rating has no more than a kind word, and either a low or falling star; praise has no low star."""
    fallen = Counter[str]()
    for line in feed:
        stars = [line[key] for key in ("rating",) if key in line] + list(line.get("aspects", {}).values())
        worst = min(stars, default=5)
        if line["kind"] == "silent_low_rating":
            assert len(line["text"]) <= 12, line["id"]
            assert worst <= LOW or worst < fallen[line["author"]], line["id"]
        if line["kind"] == "praise":
            assert worst > LOW, line["id"]
        if stars:
            fallen[line["author"]] = worst


def test_five_stars_can_hide_a_problem(feed: list[Line]) -> None:
    """In each language somebody gives five stars, one for punctuality, and no word."""
    silent = [line for line in feed if not line["text"] and line.get("rating") == 5]
    assert {line["lang"] for line in silent if line.get("aspects", {}).get("punctuality") == 1} == {"en", "es", "ru"}


def test_one_customer_keeps_falling(feed: list[Line]) -> None:
    """Some author's ratings go down at least twice in a row."""
    stars: dict[str, list[int]] = {}
    for line in feed:
        if "rating" in line:
            stars.setdefault(line["author"], []).append(line["rating"])
    assert any(len(row) >= 3 and row == sorted(row, reverse=True) and row[0] > row[-1] for row in stars.values())


@pytest.mark.parametrize("lang", ["en", "es", "ru"])
def test_a_saga_ends_well(feed: list[Line], lang: str) -> None:
    """In each language one author complains, is not heard, explodes, and at last says thanks, in one conversation."""
    sagas: dict[tuple[str, str], list[str]] = {}
    for line in feed:
        if line["lang"] == lang and "conversation_id" in line:
            sagas.setdefault((line["author"], line["conversation_id"]), []).append(line["kind"])
    arcs = [kinds for kinds in sagas.values() if len(kinds) >= 4]
    assert any((kinds[0], *kinds[-2:]) == ("complaint", "hostile_problem", "praise") for kinds in arcs)


def test_threads_are_whole(feed: list[Line]) -> None:
    """A reply answers an earlier post, and its conversation begins with a post that belongs to it."""
    seen: dict[str, Line] = {}
    for line in feed:
        seen[line["id"]] = line
        if "reply_to" in line:
            assert line["reply_to"] in seen, line["id"]
            assert seen[line["conversation_id"]]["conversation_id"] == line["conversation_id"], line["id"]


def test_strangers_join_a_thread_with_their_own_problem(feed: list[Line]) -> None:
    """At least three threads hold problems of more than one author."""
    problems = {"hostile_problem", "complaint", "grievance"}
    authors: dict[str, set[str]] = {}
    for line in feed:
        if line["kind"] in problems and "conversation_id" in line:
            authors.setdefault(line["conversation_id"], set()).add(line["author"])
    assert sum(len(people) > 1 for people in authors.values()) >= 3


def test_somebody_switches_language(feed: list[Line]) -> None:
    """At least two authors write in two languages."""
    langs: dict[str, set[str]] = {}
    for line in feed:
        langs.setdefault(line["author"], set()).add(line["lang"])
    assert sum(len(spoken) > 1 for author, spoken in langs.items() if author != "plumela.example") >= 2


def test_copies_are_in_it(feed: list[Line]) -> None:
    """Nearly the same words from different authors, and from one author twice."""

    def core(text: str) -> str:
        return "".join(re.findall(r"\w", text.casefold().replace("ё", "е")))[:60]

    authors: dict[str, list[str]] = {}
    for line in feed:
        if len(line["text"]) > 40:
            authors.setdefault(core(line["text"]), []).append(line["author"])
    assert sum(len(set(row)) > 1 for row in authors.values()) >= 3
    by_thumbs = [line["text"] for line in feed if line["author"].startswith("thumbs-mcgee")]
    assert len(by_thumbs) == 2


def test_awkward_texts_are_in_it(feed: list[Line]) -> None:
    """Markup, hidden and turned characters, a very long post, and one of emoji alone."""
    texts = [line["text"] for line in feed]
    assert any("<script>" in text for text in texts)
    assert any("onerror=" in text for text in texts)
    assert any("\u200b" in text for text in texts)
    assert any("\u202e" in text for text in texts)
    assert any(len(text) > 1500 for text in texts)
    assert any(text and not re.search(r"\w", text) for text in texts)


@pytest.mark.parametrize(
    ("lang", "danger"),
    [("en", r"burn|ammonia|bleach and"), ("es", r"lejía sin tapón|alergia"), ("ru", r"газом|астма")],
)
def test_safety_cases_are_in_it(feed: list[Line], lang: str, danger: str) -> None:
    """In each language somebody's health is at stake, once in anger and once calmly."""
    kinds = {line["kind"] for line in feed if line["lang"] == lang and re.search(danger, line["text"].casefold())}
    assert {"hostile_problem", "complaint"} <= kinds


def test_excluded_words_are_in_it(feed: list[Line], brand: BrandSettings) -> None:
    """A place that shares our name is talked about, and is not us."""
    (elsewhere,) = [line for line in feed if any(word in line["text"] for word in brand.exclude)]
    assert (elsewhere["kind"], elsewhere["brand"]) == ("mention", "")
