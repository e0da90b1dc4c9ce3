"""A folder of the encoder that is damaged, or whose parts do not belong together, is refused with what is wrong."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from streams.errors import Misconfigured
from streams.sentiment import manifest
from streams.sentiment.adjusted_folder import write
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.heads import COLUMNS
from streams.sentiment.load import find, load
from streams.sentiment.manifest import digest
from streams.sentiment.refit import Learned


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
    assert (
        load(folder.parent / "mine", cascade=False)
        .score(["Great flight, thank you so much!"], ["en"])[0]
        .model.startswith("mine@")
    )
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
