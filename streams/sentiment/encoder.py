"""Texts walk in, scores of the cascade walk out: a linear first stage, then the encoder at two depths.

Each stage lets go what is plainly no problem and no insult, and passes on the rest: most posts never reach the second
half of the encoder, and those that do are the ones a person will see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.records import Evidence, Scores
from streams.sentiment import heads, linear, manifest, occlusion
from streams.sentiment.calibration import chances
from streams.sentiment.depths import LOWER, UPPER, Depths
from streams.sentiment.manifest import Manifest
from streams.sentiment.pieces import UNKNOWN, Pieces, batches
from streams.sentiment.ports import Said
from streams.sentiment.scaling import Scaling, inputs, parsed

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Files of an encoder beside its manifest and its two graphs.
PIECES, CALIBRATION = "pieces.model", "calibration.json"
_HOSTILITY, _PROBLEM = heads.COLUMNS.index("hostility"), heads.COLUMNS.index("problem")
#: Where more than this part of the pieces of a text is unknown, it can't be read.
_UNREAD = 0.2
#: A post to be explained: text, language, heads.
_Asked = tuple[str, str, frozenset[str]]
#: Variants of posts that are heard together.
_AT_ONCE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A post is let go where both heads stay below these, and the likeliest sentiment reaches `sure`."""

    problem: float
    hostility: float
    sure: float

    def lets_go(self, rows: F64) -> NDArray[np.bool_]:
        """Of probabilities (posts, `COLUMNS`)."""
        calm = (rows[:, _PROBLEM] < self.problem) & (rows[:, _HOSTILITY] < self.hostility)
        return np.asarray(calm & (rows[:, :3].max(axis=1) >= self.sure))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    #: Probabilities (posts, `COLUMNS`).
    rows: F64
    #: How deep each post went: 0 the linear stage, 1 the lower half, 2 the upper.
    depth: I64


@dataclass(frozen=True, kw_only=True)
class EncoderModel:
    name: str
    thresholds: Mapping[str, float]
    pieces: Pieces
    depths: Depths
    #: Calibrations of the two depths.
    first: Scaling
    last: Scaling
    #: What the lower half lets go.
    leaving: Cut
    #: The first stage, and what it lets go; None without the cascade: then it only tells the calibration what it heard.
    stage: linear.LinearModel
    cut: Cut | None
    #: Languages in which the cut was measured; posts of others always go to the encoder.
    cut_langs: frozenset[str]

    def alone(self) -> "EncoderModel":
        """The same model without the cascade: every post goes to the encoder."""
        return replace(self, cut=None)

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        return [heads.scores(row, self.name) for row in self.hear(texts, langs).rows.round(4).tolist()]

    def hear(self, texts: Sequence[str], langs: Sequence[str]) -> Heard:
        """Each different text is heard once, however often it comes."""
        places: dict[tuple[str, str], int] = {}
        back = [places.setdefault(pair, len(places)) for pair in zip(texts, langs, strict=True)]
        own, their = [text for text, _ in places], [lang for _, lang in places]
        rows, depth = chances(self.stage.logits(own, their)), np.zeros(len(own), dtype=np.int64)
        left = np.flatnonzero(~self.gone(rows, their))
        for places_, ids, mask in batches(self.pieces.ids([own[at] for at in left])):
            here = left[places_]
            spoken = [their[at] for at in here]
            logits, states = self.depths.lower(ids, mask)
            given = inputs(logits, rows[here], [own[at] for at in here])
            rows[here] = self.first.chances(given, spoken)
            depth[here] = 1
            measured = np.array([lang in self.cut_langs for lang in spoken], dtype=np.bool_)
            on = np.flatnonzero(~(self.leaving.lets_go(rows[here]) & measured))
            if len(on):
                given[on, : len(heads.COLUMNS)], _ = self.depths.upper(states[on], mask[on])
                rows[here[on]] = self.last.chances(given[on], [spoken[at] for at in on])
                depth[here[on]] = 2
            unread = here[(ids == UNKNOWN).sum(axis=1) > _UNREAD * mask.sum(axis=1)]
            self._leave_to_a_person(rows, [at for at in unread if any(map(str.isalpha, own[at]))])
        return Heard(rows=rows[back], depth=depth[back])

    def _leave_to_a_person(self, rows: F64, places: Sequence[int]) -> None:
        """Put problem and hostility a hair under their thresholds: so near that the post is undecided."""
        for head, column in (("problem", _PROBLEM), ("hostility", _HOSTILITY)):
            rows[places, column] = 0.999 * self.thresholds[head]

    def gone(self, rows: F64, langs: Sequence[str]) -> NDArray[np.bool_]:
        """Which posts the first stage lets go, by its probabilities (posts, `COLUMNS`)."""
        if self.cut is None:
            return np.zeros(len(rows), dtype=np.bool_)
        return self.cut.lets_go(rows) & np.array([lang in self.cut_langs for lang in langs], dtype=np.bool_)

    def deep(self, texts: Sequence[str]) -> tuple[F64, F32]:
        """Raw last logits (posts, `COLUMNS`) and embeddings of length 1 (posts, width), whatever the post says."""
        # Texts that differ only in what isn't read are heard once.
        different: dict[tuple[int, ...], int] = {}
        back = [different.setdefault(tuple(ids), len(different)) for ids in self.pieces.ids(texts)]
        logits = np.zeros((len(different), len(heads.COLUMNS)))
        embeddings: list[tuple[I64, F32]] = []
        for places, ids, mask in batches(list(different)):
            _, states = self.depths.lower(ids, mask)
            logits[places], found = self.depths.upper(states, mask)
            embeddings.append((places, found))
        width = embeddings[0][1].shape[1] if embeddings else 0
        result = np.zeros((len(different), width), dtype=np.float32)
        for places, found in embeddings:
            result[places] = found
        return logits[back], result[back]

    def logits(self, texts: Sequence[str], langs: Sequence[str]) -> F64:
        """Calibrated last logits (posts, `COLUMNS`), whatever the post says."""
        given = inputs(self.deep(texts)[0], chances(self.stage.logits(texts, langs)), texts)
        return self.last.logits(given, langs)

    def embed(self, texts: Sequence[str]) -> F32:
        """A sentence embedding of length 1 for each text, (posts, width): similar problems lie side by side."""
        return self.deep(texts)[1]

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        """Each different text is explained once, however often it comes."""
        if said is None:
            said = [heads.over(one, self.thresholds) for one in self.score(texts, langs)]
        asked = [(text, lang, frozenset(own)) for text, lang, own in zip(texts, langs, said, strict=True)]
        found: dict[_Asked, tuple[Evidence, ...]] = {}
        waiting: dict[_Asked, list[str]] = {}
        for one in dict.fromkeys(one for one in asked if one[2]):
            waiting[one] = occlusion.variants(one[0])
            if sum(map(len, waiting.values())) >= _AT_ONCE:
                found |= self._explain(waiting)
                waiting = {}
        found |= self._explain(waiting)
        return [found.get(one, ()) for one in asked]

    def _explain(self, waiting: Mapping[_Asked, Sequence[str]]) -> dict[_Asked, tuple[Evidence, ...]]:
        """The evidence of each, by its variants; all of them are heard together."""
        logits = self.logits(
            [variant for variants in waiting.values() for variant in variants],
            [lang for (_, lang, _), variants in waiting.items() for _ in variants],
        )
        rows = np.split(logits, np.cumsum([len(variants) for variants in waiting.values()]))
        return {one: occlusion.spans(one[0], own, one[2]) for one, own in zip(waiting, rows, strict=False)}


def opened(folder: Path, said: Manifest) -> EncoderModel:
    """Build the model from files `manifest` has verified; raises Misconfigured where they do not fit together."""
    match said.own:
        case {
            "first": str(first),
            "first_name": str(first_name),
            "longest": int(longest),
            "cut_languages": list(langs),
            "cut": dict(cut),
            "leaving": dict(leaving),
        }:
            pass
        case _:
            wanted = "first, first_name, longest, cut_languages, cut and leaving"
            raise _wrong(f"{folder / manifest.FILE} needs {wanted} in the table [encoder]")
    manifest.need(folder, said, (PIECES, CALIBRATION, LOWER, UPPER))
    stage_folder = folder.parent / first
    stage_said = manifest.read(stage_folder)
    if stage_said.full_name != first_name:
        raise _wrong(
            f"the model in {folder} was calibrated with the first stage {first_name}; "
            f"in {stage_folder} is {stage_said.full_name}"
        )
    raw = manifest.parsed_json(folder / CALIBRATION)
    if not isinstance(raw, dict):
        raise _wrong(f"{folder / CALIBRATION} holds no calibration")
    return EncoderModel(
        # The first stage and the cuts decide like thresholds: two models that differ in them never share a name.
        name=said.name_with(),
        thresholds=said.thresholds,
        pieces=Pieces(folder / PIECES, longest),
        depths=Depths(folder),
        first=parsed(raw.get("first"), f"`first` of {folder / CALIBRATION}"),
        last=parsed(raw.get("last"), f"`last` of {folder / CALIBRATION}"),
        leaving=_cut(leaving, "leaving"),
        stage=linear.opened(stage_folder, stage_said),
        cut=_cut(cut, "cut"),
        cut_langs=frozenset(map(str, langs)),
    )


def _cut(raw: Mapping[str, object], name: str) -> Cut:
    try:
        cut = {key: float(str(raw[key])) for key in ("problem", "hostility", "sure")}
    except (KeyError, ValueError):
        raise _wrong(f"the manifest's encoder.{name} needs the numbers problem, hostility and sure") from None
    if not all(0 <= value <= 1 for value in cut.values()):
        raise _wrong(f"the numbers of the manifest's encoder.{name} must lie between 0 and 1, not {cut}")
    return Cut(**cut)


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL", hint="install the model again, or name another model")
