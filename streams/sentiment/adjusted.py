"""A folder that says how another model is to be corrected walks in, the corrected model walks out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from streams.errors import Misconfigured
from streams.records import Evidence, Scores
from streams.sentiment import heads, manifest
from streams.sentiment.adjustment import Adjustment, parsed, probabilities
from streams.sentiment.manifest import Manifest
from streams.sentiment.ports import Model, Staged

#: The kind that the manifest names, which is the name of its own table too.
KIND = "adjusted"
#: Beside the manifest: the maps, and the full name of the model they belong to.
MAPS = "adjust.json"
#: The base explains what reaches this part of its thresholds: a post may be over a threshold only by the correction.
_NEAR = 0.25
_EXPLAINED = ("problem", "hostility")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedModel:
    name: str
    thresholds: Mapping[str, float]
    #: Explains from `_NEAR` of its thresholds on.
    base: Model
    adjustment: Adjustment

    def alone(self) -> "AdjustedModel":
        """With a base without its first stage, where that has one."""
        return replace(self, base=self.base.alone()) if isinstance(self.base, Staged) else self

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        before = probabilities(self.base.score(texts, langs))
        rows = self.adjustment.chances(before, langs).round(4).tolist()
        return [heads.scores(row, self.name) for row in rows]

    def evidence(self, texts: Sequence[str], langs: Sequence[str]) -> list[tuple[Evidence, ...]]:
        found = self.base.evidence(texts, langs)
        return [
            tuple(one for one in spans if one.head in over)
            for spans, over in zip(found, map(self._over, self.score(texts, langs)), strict=True)
        ]

    def _over(self, scores: Scores) -> frozenset[str]:
        return frozenset(head for head in _EXPLAINED if getattr(scores, head) >= self.thresholds[head])


def opened(folder: Path, said: Manifest) -> AdjustedModel:
    """Build the model, and the one it corrects; raises Misconfigured where that is not the one it was made for."""
    from streams.sentiment import load  # which knows this module as one of its kinds

    base = said.own.get("base")
    if not isinstance(base, str):
        raise _wrong(f"the manifest in {folder} does not name the model it corrects ([{KIND}] base)")
    path = folder / MAPS
    adjustment = parsed(json.loads(path.read_text(encoding="utf-8")), str(path))
    place = load.bundled(base) or folder / base
    below = manifest.read(place)
    if below.full_name != adjustment.base:
        raise _wrong(f"the model in {folder} corrects {adjustment.base}; in {place} is {below.full_name}")
    near = {head: line * _NEAR for head, line in below.thresholds.items()}
    return AdjustedModel(
        name=said.full_name,
        thresholds=said.thresholds,
        base=load.opened(place, replace(below, thresholds=near)),
        adjustment=adjustment,
    )


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(
        message,
        id="HO-MODEL-BASE",
        hint="bring back the model it was made from, or make it again from the present one with `hearout learn`",
    )
