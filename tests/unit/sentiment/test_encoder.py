"""The bundled encoder: what it hears, what it lets go, and which folders it refuses."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streams.cases.triage import Thresholds, verdict, why_undecided
from streams.errors import Misconfigured
from streams.records import Verdict
from streams.sentiment import manifest
from streams.sentiment.adjusted import AdjustedModel
from streams.sentiment.adjusted_folder import write
from streams.sentiment.adjustment import Adjustment
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.heads import COLUMNS
from streams.sentiment.hub import HubModel
from streams.sentiment.load import find, load
from streams.sentiment.manifest import digest
from streams.sentiment.ports import Staged
from streams.sentiment.refit import Learned
from streams.sentiment.scaling import INPUTS, parsed
from streams.sentiment.spoken import spoken

HOSTILE = (
    ("You clowns lost my bag AGAIN", "en"),
    ("sois unos inútiles, llevo 3 semanas sin internet", "es"),
    ("Вы идиоты, второй раз потеряли мою посылку!", "ru"),
)
PRAISE = ("Great flight, thank you so much!", "en")
PRAISES = (
    PRAISE,
    ("Qué día tan bonito, muchas gracias a todos por el concierto", "es"),
    ("Какой чудесный вечер, спасибо всем за прекрасный концерт!", "ru"),
)


@pytest.fixture(scope="module")
def ears() -> EncoderModel:
    model = load("ears-1")
    assert isinstance(model, EncoderModel)
    return model


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A copy of the model with its first stage beside it; taken away again, for pytest would keep 40 MB a test."""
    for name in ("ears-1", "linear-1"):
        shutil.copytree(find(name), tmp_path / name)
    yield tmp_path / "ears-1"
    shutil.rmtree(tmp_path)


def rewritten(folder: Path, name: str, content: bytes) -> None:
    """Put other content under a file's name, with its checksum in the manifest."""
    before = digest(folder / name)
    (folder / name).write_bytes(content)
    path = folder / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, digest(folder / name)), encoding="utf-8")


@pytest.mark.parametrize(("text", "lang"), HOSTILE)
def test_the_problem_inside_the_insult_is_heard(ears: EncoderModel, text: str, lang: str) -> None:
    """A short insult with a problem counts as both, in each language."""
    scores = ears.score([text], [lang])[0]
    assert scores.problem >= ears.thresholds["problem"]
    assert scores.hostility >= ears.thresholds["hostility"]


@pytest.mark.parametrize(("text", "lang"), PRAISES)
def test_praise_is_neither_problem_nor_insult(ears: EncoderModel, text: str, lang: str) -> None:
    """With the cascade and without it, and it is heard as positive."""
    for model in (ears, ears.alone()):
        scores = model.score([text], [lang])[0]
        assert scores.problem < ears.thresholds["problem"]
        assert scores.hostility < ears.thresholds["hostility"]
        assert scores.sentiment.positive > 0.5


def test_plain_praise_is_let_go_by_the_first_stage(ears: EncoderModel) -> None:
    """And a hostile problem goes to the bottom; without the cascade nothing stays with the first stage."""
    texts, langs = zip(PRAISE, HOSTILE[0], strict=True)
    assert ears.hear(texts, langs).depth.tolist() == [0, 2]
    alone = load("ears-1", cascade=False)
    assert isinstance(alone, EncoderModel)
    assert alone.hear(texts, langs).depth.tolist() == [1, 2]


def test_models_that_hold_an_encoder_pass_on_that_the_cascade_is_off(ears: EncoderModel) -> None:
    """A hub model to its fallback, and a correction of that to its base; the names stay."""
    hub = HubModel(name="ours@00000000", thresholds=ears.thresholds, checkpoints=(), fallback=ears)
    maps = {"default": np.zeros((1 + len(COLUMNS), len(COLUMNS)))}
    adjustment = Adjustment(base=hub.name, maps=maps)
    mine = AdjustedModel(name="mine@00000000", thresholds=ears.thresholds, base=hub, adjustment=adjustment)
    assert isinstance(hub, Staged)
    alone = mine.alone()
    assert (alone.name, alone.base.name) == (mine.name, hub.name)
    assert isinstance(alone.base, HubModel)
    assert isinstance(alone.base.fallback, EncoderModel)
    assert alone.base.fallback.cut is None
    assert ears.cut is not None


def test_the_cascade_changes_no_score_that_reaches_the_bottom(ears: EncoderModel) -> None:
    """Nor the name: only posts that are let go are scored by another stage."""
    texts, langs = zip(*HOSTILE, *PRAISES, strict=True)
    heard, alone = ears.hear(texts, langs), ears.alone().hear(texts, langs)
    assert heard.depth.tolist() == [2, 2, 2, 0, 0, 0]
    assert (alone.depth > 0).all()
    assert np.allclose(heard.rows[:3], alone.rows[:3], atol=1e-3)
    assert ears.alone().name == ears.name


def test_neighbours_do_not_change_a_score(ears: EncoderModel) -> None:
    """A post is scored as if it came alone, in its own place, whatever length the others have."""
    others = [(f"The {'very ' * count}late train number {count} again", "en") for count in range(0, 60, 4)]
    mixed = [HOSTILE[0], *others, HOSTILE[1], *PRAISES, HOSTILE[2]]
    texts, langs = zip(*mixed, strict=True)
    together = ears.hear(texts, langs).rows
    for at in (0, 1, len(others), len(others) + 1, -1):
        single = ears.hear([texts[at]], [langs[at]]).rows[0]
        assert np.abs(together[at] - single).max() <= 1e-3


def test_posts_without_words_are_scored(ears: EncoderModel) -> None:
    """No posts give no scores; nothing to read, half a character and 100 kB give one each, with no evidence outside."""
    assert ears.score([], []) == []
    assert ears.evidence([], []) == []
    assert ears.embed([]).shape[0] == 0
    texts = ["", "\u200b\u200d", "\ud800", "x" * 100_000]
    langs = ["en"] * len(texts)
    assert np.isfinite(ears.hear(texts, langs).rows).all()
    assert all(
        one.end <= len(text) for text, own in zip(texts, ears.evidence(texts, langs), strict=True) for one in own
    )


def test_evidence_lies_within_the_post(ears: EncoderModel) -> None:
    """Of each head that counts and of no other; praise has none."""
    text = "The lift has been broken for two weeks 🤬 and nobody answers. You are useless idiots, all of you. Bye"
    texts, langs = zip((text, "en"), PRAISE, *HOSTILE[1:], strict=True)
    found = ears.evidence(texts, langs)
    assert found[1] == ()
    for at in (0, 2, 3):
        assert {one.head for one in found[at]} == {"problem", "hostility"}
        assert all(0 <= one.start < one.end <= len(texts[at]) and one.weight > 0 for one in found[at])
    insult = max((one for one in found[0] if one.head == "hostility"), key=lambda one: one.weight)
    assert "idiots" in text[insult.start : insult.end]


def test_a_language_in_which_the_cuts_were_not_measured_goes_all_the_way(ears: EncoderModel) -> None:
    """Neither the first stage nor the lower half decides anything there, with the cascade or without."""
    for model in (ears, ears.alone()):
        assert model.hear(["Merci beaucoup, super service !"], ["fr"]).depth.tolist() == [2]


@pytest.mark.parametrize(("text", "lang"), [("我的订单三周没到,请退款", "zh"), ("ผมยังไม่ได้รับพัสดุเลย", "th")])
def test_what_cannot_be_read_is_undecided(ears: EncoderModel, text: str, lang: str) -> None:
    """A script the vocabulary does not hold says nothing: a person looks, and nobody is called abusive."""
    scores = ears.score([text], [lang])[0]
    lines = {name: ears.thresholds[name] for name in ("problem", "hostility", "constructiveness", "positive")}
    thresholds = Thresholds(**lines, undecided=ears.thresholds["undecided"])
    assert verdict(scores, thresholds) in (Verdict.MENTION, Verdict.PRAISE)
    assert why_undecided(scores, thresholds)


def test_emoji_alone_can_be_read(ears: EncoderModel) -> None:
    """Signs that are no letters are not what nobody can read."""
    assert ears.score(["🎉🎉🎉"], ["und"])[0].problem < 0.9 * ears.thresholds["problem"]


def test_copies_are_heard_once(ears: EncoderModel) -> None:
    """However often a post comes, the encoder reads it once."""
    read: list[int] = []

    class Counting:
        def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            read.append(len(ids))
            return ears.depths.lower(ids, mask)

        upper = staticmethod(ears.depths.upper)

    model = replace(ears, depths=Counting())
    scores = model.score([HOSTILE[0][0]] * 1000, ["en"] * 1000)
    assert sum(read) == 1
    assert len(set(map(repr, scores))) == 1


def test_translations_lie_nearer_than_other_troubles(ears: EncoderModel) -> None:
    """Embeddings have length 1."""
    found = ears.embed(
        ["They lost my suitcase in Madrid", "Me han perdido la maleta en Madrid", "La app se cierra al pagar"]
    )
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert found[0] @ found[1] > found[0] @ found[2]


def test_a_long_post_keeps_its_beginning_and_its_end(ears: EncoderModel) -> None:
    """Three quarters and a quarter of what is read."""
    first, last = ears.pieces.ids(["alpha"])[0][1], ears.pieces.ids(["omega"])[0][1]
    ids = ears.pieces.ids(["alpha " + "and so on " * 300 + "omega"])[0]
    assert len(ids) == 128
    assert first in ids[:4]
    assert last in ids[-4:]


def test_what_hides_words_is_taken_out() -> None:
    """Links and handles become plain words; the rest of the line is what a person reads."""
    assert spoken("@ana see https://x.y/z  <b>NO\u200bW</b>\ud800 sooooo &amp; so") == "@user see http NOW sooo & so"
    assert len(spoken("x y " * 100_000)) <= 4000


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("\uff20ana hola", "@user hola"),
        ("www.x.y t.co/abc pic.twitter.com/z", "http http http"),
        ("ne\u202es\u2066pa\u00adper\ufeff", "nespaper"),
        ("а\ue000б\ufffd\x00в", "а б в"),
        ("нееееет !!!!!!!!", "нееет !!!"),
        ("\udfff\ud83d", ""),
        ("&lt;b&gt;NOW&lt;/b&gt; 2 < 3", "NOW 2 < 3"),
        ("one\r\n\ttwo", "one two"),
    ],
)
def test_each_thing_that_hides_words(raw: str, said: str) -> None:
    """What is left can be encoded, stands on one line, and stays as it is when read again."""
    assert spoken(raw) == said
    assert spoken(said) == said
    said.encode()


def test_one_flood_of_signs_is_three_of_them() -> None:
    """100 kB are cut before anything else is done."""
    assert spoken("!" * 100_000) == "!!!"
    assert "END" not in spoken("a b " * 25_000 + "END")


@pytest.mark.parametrize("name", ["lower.onnx", "upper.onnx", "pieces.model", "calibration.json"])
def test_a_damaged_file_is_refused_by_its_checksum(folder: Path, name: str) -> None:
    """One byte is enough."""
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(Misconfigured, match="SHA-256"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("lower.onnx", b"no graph", "cannot be run"),
        ("pieces.model", b"no vocabulary", "no SentencePiece vocabulary"),
        ("calibration.json", b"[]", "holds no calibration"),
        ("calibration.json", b"{", r"calibration\.json cannot be read"),
        ("calibration.json", b"\xff", r"calibration\.json cannot be read"),
        ("calibration.json", b'{"first": {}, "last": {}}', "no map for"),
        ("calibration.json", json.dumps({"first": {"default": [[1]]}, "last": {}}).encode(), "not a table of numbers"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_is_wrong(
    folder: Path, name: str, content: bytes, said: str
) -> None:
    """Though its checksum is right."""
    rewritten(folder, name, content)
    with pytest.raises(Misconfigured, match=said):
        load(folder)


def test_graphs_of_other_heads_are_refused(folder: Path) -> None:
    """The order of the heads is written in the graph; another order would mix up problem and insult."""
    graph = (folder / "upper.onnx").read_bytes()
    assert graph.count(b"negative,neutral,positive") == 1
    other = graph.replace(b"negative,neutral,positive", b"positive,neutral,negative")
    rewritten(folder, "upper.onnx", other)
    with pytest.raises(Misconfigured, match=r"upper\.onnx says positive,neutral,negative"):
        load(folder)


@pytest.mark.parametrize("name", ["lower.onnx", "upper.onnx", "pieces.model", "calibration.json"])
def test_a_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    """Whether it is gone from the folder, or the manifest never speaks of it."""
    (folder / name).rename(folder / "kept")
    with pytest.raises(Misconfigured, match=f"{name} is named in the manifest and missing"):
        load(folder)
    (folder / "kept").rename(folder / name)
    lines = (folder / "manifest.toml").read_text(encoding="utf-8").splitlines()
    left = [line for line in lines if not line.startswith(f'"{name}"')]
    (folder / "manifest.toml").write_text("\n".join(left), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"lists no checksum of {name}"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[encoder]", "[nothing]", r"in the table \[encoder\]"),
        ("[encoder.leaving]", "[encoder.left]", r"in the table \[encoder\]"),
        ("longest = 128", 'longest = "128"', r"in the table \[encoder\]"),
        ("\nsure = ", "\nunsure = ", "encoder.cut needs the numbers"),
        ("sure = ", 'sure = "much" # ', "encoder.cut needs the numbers"),
        ("sure = ", "sure = nan # ", "encoder.cut must lie between 0 and 1"),
        ("sure = ", "sure = 1.5 # ", "encoder.cut must lie between 0 and 1"),
        ("longest = 128", "longest = 0", "8 to 512"),
        ('first = "linear-1"', 'first = "linear-9"', "no model in .*linear-9"),
        ("first_name = ", "second_name = ", r"first_name.* in the table \[encoder\]"),
        ('first_name = "', 'first_name = 1 # "', r"in the table \[encoder\]"),
        ('first_name = "linear-1@', 'first_name = "linear-9@', "calibrated with .*linear-9@.*; in .* is linear-1@"),
    ],
)
def test_a_wrong_value_of_the_encoder_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    """Each with what is wrong."""
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=said):
        load(folder)


def test_other_cuts_are_another_model(ears: EncoderModel, folder: Path) -> None:
    """A copy keeps the name; a cut decides, so it changes it."""
    assert load(folder).name == ears.name
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sure = 0.4", "sure = 0.5", 1), encoding="utf-8")
    assert load(folder).name != ears.name


def test_another_first_stage_is_refused_and_makes_another_model(ears: EncoderModel, folder: Path) -> None:
    """Both names are told; an encoder made for that other stage goes by a name of its own."""
    stage, before = folder.parent / "linear-1", manifest.read(folder.parent / "linear-1").full_name
    text = (stage / "manifest.toml").read_text(encoding="utf-8")
    (stage / "manifest.toml").write_text(re.sub("(?m)^problem = .*", "problem = 0.9", text), encoding="utf-8")
    after = manifest.read(stage).full_name
    with pytest.raises(Misconfigured, match=f"first stage {before}; in .* is {after}"):
        load(folder)
    path = folder / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert load(folder).name != ears.name


def test_a_correction_is_refused_when_a_cut_of_its_base_changes(folder: Path) -> None:
    """What the base says hangs on its cuts too, and its name tells; the correction goes by the name that is printed."""
    base, table = load(folder), np.zeros((1 + len(COLUMNS), len(COLUMNS)))
    learned = Learned(maps={"default": table})
    write(folder.parent / "mine", learned, base=str(folder), corrects=base.name, name="mine", card="")
    assert load(folder.parent / "mine", cascade=False).score([PRAISE[0]], [PRAISE[1]])[0].model.startswith("mine@")
    path = folder / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("sure = 0.4", "sure = 0.5", 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"corrects {base.name}; in .* is {load(folder).name}"):
        load(folder.parent / "mine")


def test_a_manifest_without_its_cuts_is_refused(folder: Path) -> None:
    """The table of the kind must be whole."""
    path = folder / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("longest = 128", ""), encoding="utf-8")
    with pytest.raises(Misconfigured, match="longest"):
        load(folder)


def test_a_missing_first_stage_is_refused(folder: Path) -> None:
    """The encoder was calibrated with it."""
    shutil.rmtree(folder.parent / "linear-1")
    with pytest.raises(Misconfigured, match="linear-1"):
        load(folder)


def test_a_calibration_needs_a_map_for_every_other_language() -> None:
    """Posts in languages nobody read are scored too."""
    with pytest.raises(Misconfigured, match="default"):
        parsed({"en": [[0.0] * len(COLUMNS)]}, "here")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "no map for 'default'"),
        ([], "no map for 'default'"),
        ({"default": "much"}, "'default' is not a table"),
        ({"default": [[0.0], [0.0, 1.0]]}, "'default' is not a table"),
        ({"default": np.zeros((len(INPUTS), len(COLUMNS))).tolist()}, "'default' is not a table"),
        ({"default": np.full((1 + len(INPUTS), len(COLUMNS)), np.nan).tolist()}, "'default' is not a table"),
        ({"default": np.zeros((1 + len(INPUTS), len(COLUMNS))).tolist(), "es": [[None]]}, "'es' is not a table"),
    ],
)
def test_a_wrong_calibration_names_where_it_stands(raw: object, said: str) -> None:
    """The file, and the language in it."""
    with pytest.raises(Misconfigured, match=f"here.*{said}"):
        parsed(raw, "here")


def test_an_unknown_language_is_scaled_by_the_default() -> None:
    """Each post by its own language's map, the bias in the first row."""
    tables = {lang: np.zeros((1 + len(INPUTS), len(COLUMNS))) for lang in ("default", "es")}
    tables["default"][0], tables["es"][1] = 1.0, 2.0
    scaling = parsed({lang: table.tolist() for lang, table in tables.items()}, "here")
    given = np.ones((3, len(INPUTS)))
    assert scaling.logits(given, ["xx", "es", "default"])[:, 0].tolist() == [1.0, 2.0, 1.0]
