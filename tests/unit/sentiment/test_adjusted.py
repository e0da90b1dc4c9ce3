"""Models that correct another: folders, their base, and what they say."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from streams.errors import Misconfigured
from streams.sentiment.adjusted import AdjustedModel
from streams.sentiment.adjusted_folder import write
from streams.sentiment.adjustment import INPUTS
from streams.sentiment.heads import COLUMNS
from streams.sentiment.load import load
from streams.sentiment.manifest import digest
from streams.sentiment.ports import Model
from streams.sentiment.refit import Learned

TEXTS = ["it is broken", "clowns", "lovely day", "", "broken clowns"]
LANGS = ["en", "de", "en", "und", "en"]


def more_problem(amount: float, lang: str = "default") -> Learned:
    """A constant added to the logit of `problem`."""
    table = np.zeros((len(INPUTS), len(COLUMNS)))
    table[0, COLUMNS.index("problem")] = amount
    return Learned(maps={"default": np.zeros_like(table), lang: table})


@pytest.fixture
def base(tiny: ModuleType, tmp_path: Path) -> Path:
    folder: Path = tiny.folder(tmp_path / "base")
    return folder


def made(base: Path, learned: Learned, name: str = "mine") -> Model:
    folder = base.parent / name
    write(folder, learned, base=str(base), corrects=load(base).name, name=name, card="")
    return load(folder)


def test_no_change_says_what_the_base_says(base: Path) -> None:
    """To the last digit, with thresholds and evidence; only the name is another."""
    first, second = load(base), made(base, more_problem(0))
    for one, other in zip(first.score(TEXTS, LANGS), second.score(TEXTS, LANGS), strict=True):
        assert (one.sentiment, one.problem, one.hostility) == (other.sentiment, other.problem, other.hostility)
        assert other.model == second.name
    assert second.thresholds == first.thresholds
    assert second.evidence(TEXTS, LANGS) == first.evidence(TEXTS, LANGS)
    assert second.name.startswith("mine@")


def test_only_the_changed_head_and_language_differ(base: Path) -> None:
    """German posts are heard as more of a problem, English ones as before."""
    before = load(base).score(TEXTS, LANGS)
    after = made(base, more_problem(2.0, "de")).score(TEXTS, LANGS)
    assert after[1].problem > before[1].problem + 0.1
    assert [one.problem for at, one in enumerate(after) if at != 1] == pytest.approx(
        [one.problem for at, one in enumerate(before) if at != 1], abs=1e-3
    )
    assert [one.hostility for one in after] == [one.hostility for one in before]


def test_evidence_follows_the_adjusted_thresholds(base: Path) -> None:
    """What the correction lifts over the threshold is explained, what it lowers is not."""
    lifted = made(base, more_problem(2.0), "lifted")
    text = "broken " + " ".join(f"word{n}" for n in range(220))
    assert load(base).score([text], ["en"])[0].problem < 0.5 <= lifted.score([text], ["en"])[0].problem
    assert {one.head for one in lifted.evidence([text], ["en"])[0]} == {"problem"}
    lowered = made(base, more_problem(-20.0), "lowered")
    assert lowered.evidence(["broken clowns"], ["en"])[0]
    assert {one.head for one in lowered.evidence(["broken clowns"], ["en"])[0]} == {"hostility"}


def test_another_base_is_refused(base: Path) -> None:
    """The maps belong to the logits of one model; the message names both."""
    made(base, more_problem(1.0))
    path = base / "manifest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("problem = 0.5", "problem = 0.4"), encoding="utf-8")
    with pytest.raises(Misconfigured, match="corrects tiny@") as fault:
        load(base.parent / "mine")
    assert load(base).name in str(fault.value)


def test_a_base_that_is_gone_is_refused(base: Path) -> None:
    """With the place where it was looked for."""
    made(base, more_problem(1.0))
    base.rename(base.with_name("elsewhere"))
    with pytest.raises(Misconfigured, match="there is no model in"):
        load(base.parent / "mine")


@pytest.mark.parametrize("damage", ['{"maps": {}}', '{"base": "x", "inputs": [], "maps": {"default": []}}'])
def test_damaged_maps_are_refused(base: Path, damage: str) -> None:
    """By their checksum, and by what is in them."""
    made(base, more_problem(1.0))
    path = base.parent / "mine" / "adjust.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(Misconfigured, match="is damaged"):
        load(base.parent / "mine")


def test_wrong_numbers_are_refused(base: Path) -> None:
    """A table of another shape, though its checksum is right."""
    made(base, more_problem(1.0))
    folder = base.parent / "mine"
    raw = json.loads((folder / "adjust.json").read_text(encoding="utf-8"))
    raw["maps"]["default"] = [[1.0]]
    (folder / "adjust.json").write_text(json.dumps(raw), encoding="utf-8")
    lines = (folder / "manifest.toml").read_text(encoding="utf-8").splitlines()
    lines[-1] = f'"adjust.json" = "{digest(folder / "adjust.json")}"'
    (folder / "manifest.toml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Misconfigured, match="no table of"):
        load(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, r"lists no checksum of adjust\.json"), (b"{", "cannot be read"), (b"[1]", "does not hold `base`")],
)
def test_maps_that_cannot_be_read_are_refused(base: Path, content: bytes | None, said: str) -> None:
    """Whether the manifest does not speak of them, or its checksum is right and they are none."""
    made(base, more_problem(1.0))
    maps, path = base.parent / "mine" / "adjust.json", base.parent / "mine" / "manifest.toml"
    before = f'"adjust.json" = "{digest(maps)}"'
    if content is None:
        maps.unlink()
    else:
        maps.write_bytes(content)
    after = "" if content is None else f'"adjust.json" = "{digest(maps)}"'
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(Misconfigured, match=said):
        load(base.parent / "mine")


def test_a_corrected_model_can_be_corrected_again(base: Path) -> None:
    """Folders that move together stay whole."""
    once = made(base, more_problem(1.0))
    twice = made(base.parent / "mine", more_problem(1.0), "again")
    problem = [model.score(["clowns"], ["en"])[0].problem for model in (load(base), once, twice)]
    assert problem == sorted(problem)
    assert problem[0] < problem[1] < problem[2]
    moved = base.parent.rename(base.parent.with_name(base.parent.name + "-moved"))
    assert isinstance(load(moved / "again"), AdjustedModel)
    assert load(moved / "again").name == twice.name
