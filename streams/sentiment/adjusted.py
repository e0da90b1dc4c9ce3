"""A folder that says how another model is to be corrected walks in, the corrected model walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from streams.errors import Misconfigured
from streams.records import Evidence, Scores
from streams.sentiment import heads, manifest
from streams.sentiment.adjustment import Adjustment, parsed, probabilities
from streams.sentiment.manifest import Manifest
from streams.sentiment.ports import Model, Said, Staged

#: The kind that the manifest names, which is the name of its own table too.
KIND = "adjusted"
#: Beside the manifest: the maps, and the name of the model they belong to.
MAPS = "adjust.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedModel:
    name: str
    thresholds: Mapping[str, float]
    base: Model
    adjustment: Adjustment

    def alone(self) -> "AdjustedModel":
        """With a base without its first stage, where that has one."""
        return replace(self, base=self.base.alone()) if isinstance(self.base, Staged) else self

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        before = probabilities(self.base.score(texts, langs))
        rows = self.adjustment.chances(before, langs).round(4).tolist()
        return [heads.scores(row, self.name) for row in rows]

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        if said is None:
            said = [heads.over(one, self.thresholds) for one in self.score(texts, langs)]
        return self.base.evidence(texts, langs, said)


def opened(folder: Path, said: Manifest) -> AdjustedModel:
    """Build the model, and the one it corrects; raises Misconfigured where that is not the one it was made for."""
    from streams.sentiment import load  # which knows this module as one of its kinds

    base = said.own.get("base")
    if not isinstance(base, str):
        raise _wrong(f"the manifest in {folder} does not name the model it corrects ([{KIND}] base)")
    manifest.need(folder, said, (MAPS,))
    path = folder / MAPS
    adjustment = parsed(manifest.parsed_json(path), str(path))
    place = load.bundled(base) or folder / base
    below = load.opened(place, manifest.read(place))
    if below.name != adjustment.base:
        raise _wrong(f"the model in {folder} corrects {adjustment.base}; in {place} is {below.name}")
    return AdjustedModel(
        name=said.full_name,
        thresholds=said.thresholds,
        base=below,
        adjustment=adjustment,
    )


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(
        message,
        id="HO-MODEL-BASE",
        hint="bring back the model it was made from, or make it again from the present one with `hearout learn`",
    )
