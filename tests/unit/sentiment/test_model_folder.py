"""A model folder is opened only when it is whole."""

from pathlib import Path
from types import ModuleType

import pytest

from streams.errors import Misconfigured
from streams.sentiment.load import FIRST, find, load


def test_a_whole_folder_is_opened(tiny: ModuleType, tmp_path: Path) -> None:
    """The model from disk says what the model in memory says, under its own name."""
    opened = load(tiny.folder(tmp_path / "tiny"))
    texts = ["it is broken", "clowns", "lovely"]
    for one, other in zip(opened.score(texts, ["en"] * 3), tiny.model().score(texts, ["en"] * 3), strict=True):
        assert one.problem == other.problem
        assert one.sentiment == other.sentiment
    assert opened.name.startswith("tiny@")
    assert len(opened.name) == len("tiny@") + 8


def test_a_damaged_file_is_named(tiny: ModuleType, tmp_path: Path) -> None:
    """One flipped byte in the weights and the start is refused, naming the file."""
    weights = tiny.folder(tmp_path / "tiny") / "weights.npy"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"weights\.npy is damaged"):
        load(weights.parent)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema = 1", "schema = 9", "schema 9"),
        ('"problem"', '"trouble"', "names the heads"),
        ("problem = 0.5\n", "", "no threshold for problem"),
        ("hostility = 0.5", "hostility = 1.5", "not between 0 and 1"),
        ('kind = "linear"', 'kind = "magic"', "of kind 'magic'"),
        ('kind = "linear"', "kind = linear", "cannot be read"),
        ("bits = 12", "bits = 13", "shape"),
        ("[linear]", "[nothing]", "shape"),
    ],
)
def test_a_wrong_manifest_says_what_is_wrong(tiny: ModuleType, tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each mistake in the manifest is told apart."""
    path = tiny.folder(tmp_path / "tiny") / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=said):
        load(path.parent)


def test_a_missing_file_is_named(tiny: ModuleType, tmp_path: Path) -> None:
    """A file of the manifest that is not there is refused by name."""
    path = tiny.folder(tmp_path / "tiny")
    (path / "calibration.json").unlink()
    with pytest.raises(Misconfigured, match=r"calibration\.json is named in the manifest and missing"):
        load(path)


def test_an_unknown_name_lists_what_is_bundled() -> None:
    """A wrong name is answered with the names there are."""
    with pytest.raises(Misconfigured, match=FIRST):
        find("no-such-model")


def test_thresholds_change_the_name(tiny: ModuleType, tmp_path: Path) -> None:
    """Two folders that would decide differently never share a name."""
    path = tiny.folder(tmp_path / "tiny")
    before = load(path).name
    manifest = path / "manifest.toml"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("problem = 0.5", "problem = 0.4"), encoding="utf-8"
    )
    assert load(path).name != before
