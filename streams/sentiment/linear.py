"""Texts walk in, scores of the hashed n-gram model walk out; only numpy under it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.records import Evidence, Scores
from streams.sentiment import evidence, heads, manifest
from streams.sentiment.calibration import HEARD, INPUTS, PEAKED, SUMS, Calibration, chances, parsed
from streams.sentiment.features import GRAMS, KINDS, blocks
from streams.sentiment.manifest import Manifest
from streams.sentiment.ports import Said
from streams.sentiment.shape import shapes
from streams.sentiment.text import MARK, MAX_CHARS, joined

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

#: Files of a linear model, beside its manifest.
WEIGHTS, CALIBRATION = "weights.npy", "calibration.json"
# Posts are scored in pieces of about so many characters: the arrays of one piece stay in the processor's cache.
_PIECE = 40_000
# A table of more rows than 2 to this has no place in any memory.
_BITS = 32
# Where the peaks of a kind of feature begin, and the columns they are taken of.
_PEAKS = {kind: HEARD.index(f"{kind}_{PEAKED[0]}") for kind in ("word", "pair")}
_PEAKED = [SUMS.index(name) for name in PEAKED]


class LinearModel:
    """Sums of bucket weights, one for each of `SUMS`, put through the calibration of the post's language."""

    def __init__(self, *, name: str, thresholds: Mapping[str, float], weights: F32, calibration: Calibration) -> None:
        """`weights` is (2**bits, `calibration.SUMS`)."""
        self.name = name
        self.thresholds = thresholds
        self._weights = weights
        self._bits = len(weights).bit_length() - 1
        self._calibration = calibration

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        # Four places are more than the calibration is worth, and keep a log readable.
        rows = chances(self.logits(texts, langs)).round(4).tolist()
        return [heads.scores(row, self.name) for row in rows]

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        if said is None:
            said = [heads.over(one, self.thresholds) for one in self.score(texts, langs)]
        # Explaining reads each word about four times.
        pieces = [slice(*piece) for piece in _pieces(texts, _PIECE // 4)]
        return [one for piece in pieces for one in self._explained(texts[piece], langs[piece], said[piece])]

    def _explained(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said]
    ) -> Iterator[tuple[Evidence, ...]]:
        places = [evidence.words(text) for text in texts]
        windows = [evidence.windows(text, own) for text, own in zip(texts, places, strict=True)]
        found = heard(joined([*texts, *chain.from_iterable(windows)]), self._weights, self._bits)
        given = np.hstack([found[: len(texts)], shapes(texts)])
        begin = len(texts)
        for text, lang, loud, inputs, own, parts in zip(texts, langs, said, given, places, windows, strict=True):
            carried = found[begin : begin + len(parts)] @ self._calibration.slopes(inputs, lang)
            begin += len(parts)
            yield tuple(
                span
                for head in heads.EXPLAINED
                if own and head in loud
                for span in evidence.strongest(head, text, own, evidence.by_word(carried[:, heads.COLUMNS.index(head)]))
            )

    def logits(self, texts: Sequence[str], langs: Sequence[str]) -> F64:
        """Calibrated logits, (posts, `heads.COLUMNS`)."""
        return self._calibration.logits(self.inputs(texts), langs)

    def inputs(self, texts: Sequence[str]) -> F64:
        """What the calibration reads, (posts, `calibration.INPUTS`)."""
        pieces = [texts[begin:end] for begin, end in _pieces(texts, _PIECE)]
        found = [np.hstack([heard(joined(piece), self._weights, self._bits), shapes(piece)]) for piece in pieces]
        return np.concatenate(found) if found else np.empty((0, len(INPUTS)))


def heard(whole: str, weights: F32, bits: int) -> F64:
    """`calibration.HEARD` of each post of `text.joined`.

    In the sums every kind of feature counts 1/sqrt(its number in the post); a peak is the strongest weight, at least 0.
    """
    result = np.zeros((whole.count(MARK) - 1, len(HEARD)))
    total = result[:, : len(SUMS)]
    for kind, block in zip(KINDS, blocks(whole, bits), strict=True):
        sizes = np.diff(block.starts)
        # An empty last post needs a place to start: one more row, of zeros.
        rows = weights.take(np.append(block.buckets, 0), axis=0, mode="clip")
        rows[-1] = 0
        part = np.add.reduceat(rows, block.starts[:-1], axis=0) / np.sqrt(np.maximum(sizes, 1))[:, None]
        part[sizes == 0] = 0
        total += part
        if kind in _PEAKS:
            peak = np.maximum.reduceat(rows[:, _PEAKED], block.starts[:-1], axis=0)
            peak[sizes == 0] = 0
            at = _PEAKS[kind]
            result[:, at : at + len(_PEAKED)] = np.maximum(peak, 0)
    # Only the differences between the sentiment classes mean anything.
    total[:, :3] -= total[:, :3].mean(axis=1, keepdims=True)
    return result


def opened(folder: Path, said: Manifest) -> LinearModel:
    """Build the model from files `manifest` has verified; raises Misconfigured where they do not fit together."""
    manifest.need(folder, said, (WEIGHTS, CALIBRATION))
    weights = _weights(folder / WEIGHTS)
    bits, grams = said.own.get("bits"), said.own.get("grams")
    fits = isinstance(bits, int) and 0 <= bits < _BITS and weights.shape == (1 << bits, len(SUMS))
    if not fits or grams != list(GRAMS):
        raise Misconfigured(
            f"the weights in {folder} have shape {weights.shape} for {bits} bits, and n-grams {grams}; "
            f"this version needs (2**bits, {len(SUMS)}) and {list(GRAMS)}",
            id="HO-MODEL-SHAPE",
            hint="install the model folder again, or train it with this version",
        )
    calibration = folder / CALIBRATION
    return LinearModel(
        name=said.full_name,
        thresholds=said.thresholds,
        weights=weights,
        calibration=parsed(manifest.parsed_json(calibration), str(calibration)),
    )


def _weights(path: Path) -> F32:
    try:
        with path.open("rb") as file:
            return np.asarray(np.lib.format.read_array(file, allow_pickle=False), dtype=np.float32)
    except Exception as error:  # numpy raises whatever the bytes made it stumble over
        raise Misconfigured(
            f"{path} holds no table of numbers: {error}",
            id="HO-MODEL-SHAPE",
            hint="install the model folder again, or train it with this version",
        ) from None


def _pieces(texts: Sequence[str], most: int) -> Iterator[tuple[int, int]]:
    begin = room = 0
    for at, text in enumerate(texts):
        room += min(len(text), MAX_CHARS) + 1
        if room >= most:
            yield begin, at + 1
            begin, room = at + 1, 0
    if begin < len(texts):
        yield begin, len(texts)
