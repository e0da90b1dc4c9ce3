"""Sums and looks of labelled posts walk in, a calibration with hidden units that hear combinations walks out.

Several small nets are fitted from different starts and stand side by side: their mean wavers less than any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from models.training.stack import LANGS
from streams.sentiment.calibration import DEFAULT, Calibration, Hidden
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Columns that are fitted: sentiment and the three heads that readers label; emotionality has a map of its own.
LABELLED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the nets are fitted; of the few recipes compared by cross-validation all with 32 units or more did alike."""

    nets: int = 4
    units: int = 32
    rounds: int = 60
    rate: float = 3e-3
    batch: int = 128
    #: L2 penalty on the units, and on how far a language leaves the common coefficients.
    decay: float = 3e-3
    own_decay: float = 1e-2
    #: Part of the posts that are shown without their language: so the default learns too.
    unnamed: float = 0.1


_RECIPE = Recipe()


def fitted(
    inputs: F64, langs: Sequence[str], labels: F64, trust: F64, emotionality: F64, recipe: Recipe = _RECIPE
) -> Calibration:
    """`labels` is (posts, `LABELLED`) of 0 and 1, `trust` how much each of them counts.

    `emotionality` is the map of that head, (1 + inputs).
    """
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    scaled = (inputs - middle) / spread
    named = np.stack([np.array(langs) == one for one in LANGS], axis=1).astype(np.float64)
    nets = [_net(scaled, named, labels, trust, recipe, np.random.default_rng(seed)) for seed in range(recipe.nets)]

    into = np.hstack([net["into"] for net in nets]) / spread[:, None]
    out = np.vstack([net["out"] for net in nets]) / recipe.nets
    common = np.mean([net["skip"] for net in nets], axis=0)
    maps, start = {}, {}
    for at, lang in enumerate((DEFAULT, *LANGS)):
        own = 0 if lang == DEFAULT else np.mean([net["own"][at - 1] for net in nets], axis=0)
        table = common + own
        weights = table[1:] / spread[:, None]
        heads = np.vstack([table[:1] - middle @ weights, weights])
        maps[lang] = np.hstack([heads, emotionality[:, None]])
        begin = [net["start"] + (0 if lang == DEFAULT else net["own_start"][at - 1]) for net in nets]
        start[lang] = np.concatenate(begin) - middle @ into
    wide = np.hstack([out, np.zeros((len(out), len(COLUMNS) - LABELLED))])
    return Calibration(maps=maps, hidden=Hidden(into=into, start=start, out=wide))


def _net(
    scaled: F64, named: F64, labels: F64, trust: F64, recipe: Recipe, random: np.random.Generator
) -> dict[str, F64]:
    """One net by Adam: `skip` and `own` are (1 + inputs, heads), common and by language."""
    size, count = scaled.shape[1], len(LANGS)
    point = {
        "skip": np.zeros((1 + size, LABELLED)),
        "own": np.zeros((count, 1 + size, LABELLED)),
        "into": random.normal(scale=size**-0.5, size=(size, recipe.units)),
        "start": np.zeros(recipe.units),
        "own_start": random.normal(scale=0.3, size=(count, recipe.units)),
        "out": random.normal(scale=0.1 * recipe.units**-0.5, size=(recipe.units, LABELLED)),
    }
    decay = {"into": recipe.decay, "out": recipe.decay, "own": recipe.own_decay, "own_start": recipe.decay}
    first = {name: np.zeros_like(value) for name, value in point.items()}
    second = {name: np.zeros_like(value) for name, value in point.items()}
    steps = recipe.rounds * -(-len(scaled) // recipe.batch)
    step = 0
    for _ in range(recipe.rounds):
        order = random.permutation(len(scaled))
        for begin in range(0, len(order), recipe.batch):
            here = order[begin : begin + recipe.batch]
            shown = named[here] * (random.random((len(here), 1)) >= recipe.unnamed)
            slopes = _slopes(point, scaled[here], shown, labels[here], trust[here])
            step += 1
            rate = recipe.rate * (1 - step / (steps + 1))
            for name, slope in slopes.items():
                slope += decay.get(name, 0.0) * point[name]
                first[name] += 0.1 * (slope - first[name])
                second[name] += 0.01 * (slope**2 - second[name])
                mean, square = first[name] / (1 - 0.9**step), second[name] / (1 - 0.99**step)
                point[name] -= rate * mean / (np.sqrt(square) + 1e-8)
    return point


def _slopes(point: dict[str, F64], scaled: F64, named: F64, labels: F64, trust: F64) -> dict[str, F64]:
    """Slopes of the mean cross-entropy: softmax over sentiment, logistic for each other head."""
    with_one = np.hstack([np.ones((len(scaled), 1)), scaled])
    before = scaled @ point["into"] + point["start"] + named @ point["own_start"]
    units = np.maximum(before, 0)
    logits = with_one @ point["skip"] + units @ point["out"]
    logits += np.einsum("pl,pi,lih->ph", named, with_one, point["own"], optimize=True)
    said = np.hstack([softmax(logits[:, :3], axis=1), expit(logits[:, 3:])])
    error = (said - labels) * trust / len(scaled)
    back = (error @ point["out"].T) * (before > 0)
    return {
        "skip": with_one.T @ error,
        "own": np.stack([(with_one * one[:, None]).T @ error for one in named.T]),
        "into": scaled.T @ back,
        "start": back.sum(axis=0),
        "own_start": named.T @ back,
        "out": units.T @ error,
    }
