"""The encoder after its first stage and examples walk in, one that went on from there walks out, to be measured.

Such encoders are never published: they tell what a training would have been worth.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.encoder.learn import learn
from models.training.encoder.mix import Example
from models.training.encoder.net import Encoder
from models.training.encoder.shuffle import padded
from models.training.encoder.train import RECIPES, trained, untouched
from models.training.encoder.vocabulary import VOCABULARY
from models.training.rows import Row
from streams.sentiment.heads import COLUMNS
from streams.sentiment.pieces import Pieces

F64 = NDArray[np.float64]
_AT_ONCE = 64


class Trunk:
    """What all branches of a work folder grow from, with the recipe of the second stage."""

    def __init__(self, work: Path, *, half: bool, longest: int = RECIPES["second"].longest) -> None:
        self._work, self._untouched = work, untouched(work)
        self._recipe = replace(RECIPES["second"], half=half, longest=longest)
        self._pieces = Pieces(work / VOCABULARY, longest)

    def branch(self, examples: Sequence[Example]) -> Encoder:
        model = trained(self._work / "first.pt")
        with tempfile.TemporaryDirectory() as folder:
            learn(model, self._untouched, self._pieces, examples, self._recipe, Path(folder) / "checkpoint.pt")
        return model

    def logits(self, model: Encoder, rows: Sequence[Row]) -> F64:
        """Of the last depth, (rows, `COLUMNS`)."""
        ids = self._pieces.ids([row.text for row in rows])
        order = np.argsort([len(one) for one in ids], kind="stable")
        result = np.zeros((len(rows), len(COLUMNS)))
        with torch.no_grad():
            for begin in range(0, len(ids), _AT_ONCE):
                places = order[begin : begin + _AT_ONCE]
                table, mask = padded([ids[at] for at in places])
                result[places] = model.upper(model.lower(table, mask)[1], mask)[0].numpy()
        return result
