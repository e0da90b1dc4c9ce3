"""The bundled encoder: what it hears, what it lets go, and which folders it refuses."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streams.errors import Misconfigured
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.heads import COLUMNS
from streams.sentiment.load import find, load
from streams.sentiment.manifest import digest
from streams.sentiment.scaling import parsed
from streams.sentiment.spoken import spoken

HOSTILE = (
    ("You clowns lost my bag AGAIN", "en"),
    ("sois unos inútiles, llevo 3 semanas sin internet", "es"),
    ("Вы идиоты, второй раз потеряли мою посылку!", "ru"),
)
PRAISE = ("Great flight, thank you so much!", "en")


@pytest.fixture(scope="module")
def ears() -> EncoderModel:
    model = load("ears-1")
    assert isinstance(model, EncoderModel)
    return model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model with its first stage beside it."""
    for name in ("ears-1", "linear-1"):
        shutil.copytree(find(name), tmp_path / name)
    return tmp_path / "ears-1"


def rewritten(folder: Path, name: str, content: bytes) -> None:
    """Put other content under a file's name, with its checksum in the manifest."""
    before = digest(folder / name)
    (folder / name).write_bytes(content)
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(before, digest(folder / name)), encoding="utf-8")


@pytest.mark.parametrize(("text", "lang"), HOSTILE)
def test_the_problem_inside_the_insult_is_heard(ears: EncoderModel, text: str, lang: str) -> None:
    """A short insult with a problem counts as both, in each language."""
    scores = ears.score([text], [lang])[0]
    assert scores.problem >= ears.thresholds["problem"]
    assert scores.hostility >= ears.thresholds["hostility"]


def test_plain_praise_is_let_go_by_the_first_stage(ears: EncoderModel) -> None:
    """And a hostile problem goes to the bottom; without the cascade nothing stays with the first stage."""
    texts, langs = zip(PRAISE, HOSTILE[0], strict=True)
    assert ears.hear(texts, langs).depth.tolist() == [0, 2]
    alone = load("ears-1", cascade=False)
    assert isinstance(alone, EncoderModel)
    assert alone.hear(texts, langs).depth.tolist() == [1, 2]


def test_a_language_in_which_the_cut_was_not_measured_goes_to_the_encoder(ears: EncoderModel) -> None:
    """The first stage decides nothing there."""
    assert ears.hear(["Merci beaucoup, super service !"], ["fr"]).depth[0] > 0


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


def test_a_manifest_without_its_cuts_is_refused(folder: Path) -> None:
    """The table of the kind must be whole."""
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("longest = 128", ""), encoding="utf-8")
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
