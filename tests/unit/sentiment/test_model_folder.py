"""A model folder is opened only when it is whole."""

from pathlib import Path
from types import ModuleType

import pytest

from streams.errors import Misconfigured
from streams.sentiment.load import FIRST, find, load
from streams.sentiment.manifest import digest, read


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
        ('"problem"', "1", "names the heads .* 1,"),
        ("problem = 0.5\n", "", "no threshold for problem"),
        ("hostility = 0.5", "hostility = 1.5", "not between 0 and 1"),
        ("hostility = 0.5", f"hostility = 1{'0' * 400}", "not between 0 and 1"),
        ("[thresholds]", "[thresholds]\nundecided = 0.5", "undecided is 0.5"),
        ("[thresholds]", "[thresholds]\nundecided = nan", "undecided is nan"),
        ("[thresholds]", "[thresholds]\nundecided = -0.1", "undecided is -0.1"),
        ('kind = "linear"', 'kind = "magic"', "of kind 'magic'"),
        ('kind = "linear"', "kind = linear", "cannot be read"),
        ("bits = 12", "bits = 13", "shape"),
        ("bits = 12", "bits = -1", "shape"),
        ("bits = 12", "bits = 999999999999", "shape"),
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


def test_nothing_may_be_undecided(tiny: ModuleType, tmp_path: Path) -> None:
    """0 turns the band off, as in the settings."""
    path = tiny.folder(tmp_path / "tiny") / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[thresholds]", "[thresholds]\nundecided = 0"), encoding="utf-8")
    assert load(path.parent).thresholds["undecided"] == 0


def test_a_missing_file_is_named(tiny: ModuleType, tmp_path: Path) -> None:
    """A file of the manifest that is not there is refused by name."""
    path = tiny.folder(tmp_path / "tiny")
    (path / "calibration.json").unlink()
    with pytest.raises(Misconfigured, match=r"calibration\.json is named in the manifest and missing"):
        load(path)


@pytest.mark.parametrize("name", ["weights.npy", "calibration.json"])
def test_a_file_without_a_checksum_is_refused(tiny: ModuleType, tmp_path: Path, name: str) -> None:
    """A manifest that never speaks of it is no manifest of a linear model."""
    path = tiny.folder(tmp_path / "tiny") / "manifest.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(f'"{name}"')), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"lists no checksum of {name}"):
        load(path.parent)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("weights.npy", b"", "holds no table of numbers"),
        ("weights.npy", b"PK\x03\x04", "holds no table of numbers"),
        ("calibration.json", b"{", "cannot be read"),
        ("calibration.json", b"[" * 100_000, "cannot be read"),
        ("calibration.json", b"[]", "does not hold `inputs`"),
    ],
)
def test_a_file_of_another_kind_is_named(
    tiny: ModuleType, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """Though its checksum is right."""
    folder = tiny.folder(tmp_path / "tiny")
    before = digest(folder / name)
    (folder / name).write_bytes(content)
    path = folder / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, digest(folder / name)), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"{name}.*{said}"):
        load(folder)


def test_a_manifest_that_is_no_file_is_named(tmp_path: Path) -> None:
    """A folder in its place, bytes that are no text, and a path through a file end with a sentence."""
    (tmp_path / "a" / "manifest.toml").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "manifest.toml").write_bytes(b"\xff")
    for folder in (tmp_path / "a", tmp_path / "b", tmp_path / "b" / "manifest.toml"):
        with pytest.raises(Misconfigured, match="cannot be read"):
            read(folder)


def test_only_a_plain_name_means_a_bundled_model(
    tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./linear-1`, a whole path and a `Path` mean the folder that lies there, and no other."""
    monkeypatch.chdir(tmp_path)
    for name in ("./linear-1", "linear-1/", Path("linear-1"), tmp_path / "linear-1"):
        with pytest.raises(Misconfigured, match="there is no model"):
            find(name)
    tiny.folder(tmp_path / "linear-1")
    for name in ("./linear-1", "linear-1/", Path("linear-1"), tmp_path / "linear-1"):
        assert load(name).name.startswith("tiny@")
    assert load("linear-1").name.startswith("linear-1@")


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
