"""Texts walk in, scores of any Hugging Face checkpoints walk out: each says the heads its labels are mapped to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path

import numpy as np

from streams.records import Evidence, Scores
from streams.sentiment import checkpoint, hub_table, manifest, occlusion
from streams.sentiment.adjustment import logits, probabilities
from streams.sentiment.checkpoint import F64, Checkpoint
from streams.sentiment.heads import COLUMNS, EXPLAINED, SENTIMENT, over, scores
from streams.sentiment.manifest import Manifest
from streams.sentiment.ports import Model, Said, Staged
from streams.sentiment.spoken import spoken

#: The kind that the manifest names, which is the name of its own table too.
KIND = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    name: str
    thresholds: Mapping[str, float]
    checkpoints: Sequence[Checkpoint]
    #: Says the columns no checkpoint says; may be None where every column is said.
    fallback: Model | None

    def alone(self) -> "HubModel":
        """With a fallback without its first stage, where that has one."""
        return replace(self, fallback=self.fallback.alone()) if isinstance(self.fallback, Staged) else self

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        return [scores(row, self.name) for row in self._rows(texts, langs).round(4).tolist()]

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        if said is None:
            said = [over(one, self.thresholds) for one in self.score(texts, langs)]
        variants = [occlusion.variants(text) if loud else [] for text, loud in zip(texts, said, strict=True)]
        their = [lang for lang, own in zip(langs, variants, strict=True) for _ in own]
        heard = logits(self._rows(list(chain.from_iterable(variants)), their, EXPLAINED))
        ends = list(accumulate(map(len, variants)))
        return [
            occlusion.spans(text, heard[end - len(own) : end], loud) if loud else ()
            for text, own, end, loud in zip(texts, variants, ends, said, strict=True)
        ]

    def _rows(self, texts: Sequence[str], langs: Sequence[str], wanted: Sequence[str] = COLUMNS) -> F64:
        """Probabilities, (texts, `COLUMNS`); of columns that are not `wanted` anything."""
        result = np.zeros((len(texts), len(COLUMNS)))
        said = {column for one in self.checkpoints for column in one.source.columns}
        if self.fallback is not None and not said.issuperset(wanted):
            result[:] = probabilities(self.fallback.score(texts, langs))
        # A text that comes a thousand times is read once.
        places: dict[str, int] = {}
        back = [places.setdefault(spoken(text), len(places)) for text in texts]
        for one in self.checkpoints:
            if not set(wanted).isdisjoint(one.source.columns):
                columns = [COLUMNS.index(column) for column in one.source.columns]
                result[:, columns] = one.chances(list(places))[back]
        # Labels that mean nothing here took their part, or each had its own sigmoid: what is left is a whole again.
        sentiment = result[:, : len(SENTIMENT)] + 1e-12
        result[:, : len(SENTIMENT)] = sentiment / sentiment.sum(axis=1, keepdims=True)
        return result


def opened(folder: Path, said: Manifest) -> HubModel:
    """Open every checkpoint the manifest in `folder` lists, and the fallback; raises Misconfigured if one is unfit."""
    table = hub_table.parsed(said.own, str(folder / manifest.FILE))
    fallback = None if table.fallback is None else _fallback(folder, table.fallback)
    checkpoints = [checkpoint.loaded(folder, source) for source in table.checkpoints]
    # The checkpoints are not among the files of the folder.
    parts = [*(one.identity for one in checkpoints), *(() if fallback is None else (fallback.name,))]
    return HubModel(
        name=said.name_with(*parts),
        thresholds=said.thresholds,
        checkpoints=checkpoints,
        fallback=fallback,
    )


def _fallback(folder: Path, name: str) -> Model:
    from streams.sentiment import load  # which knows this module as one of its kinds

    place = folder / name if (folder / name / manifest.FILE).is_file() else load.find(name)
    said = manifest.read(place)
    if said.kind == KIND:
        raise hub_table.wrong(
            f"{folder / manifest.FILE}: the fallback {name} is made of checkpoints itself; list those here instead"
        )
    return load.opened(place, said)
