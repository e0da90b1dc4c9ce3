"""A trained encoder and posts walk in; how far what enters each of its tables reaches walks out.

8-bit arithmetic needs the steps of what it multiplies before the first post comes: steps chosen batch by batch would
let a post's neighbours change its score.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.training.encoder.net import Encoder
from models.training.encoder.shuffle import padded
from streams.sentiment.pieces import Pieces

F32 = NDArray[np.float32]

#: The tables of a layer, and whose input each shares: one table holds query, key and value.
TABLES = {"attention": "query", "attended": "attended", "within": "within", "out": "out"}
_AT_ONCE = 32


def reached(model: Encoder, pieces: Pieces, texts: Sequence[str]) -> dict[str, F32]:
    """By `layers.<n>.<table>`: the largest absolute value of each of its inputs over all tokens of `texts`."""
    found: dict[str, F32] = {}
    real = torch.zeros(0, dtype=torch.bool)

    def watch(name: str, module: nn.Module) -> torch.utils.hooks.RemovableHandle:
        def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            here = given[0][real].abs().amax(dim=0).numpy()
            found[name] = np.maximum(found.get(name, here), here)

        return module.register_forward_pre_hook(keep)

    handles = [
        watch(f"layers.{at}.{table}", getattr(layer, source))
        for at, layer in enumerate(model.layers)
        for table, source in TABLES.items()
    ]
    ids = sorted(pieces.ids(texts), key=len)
    with torch.no_grad():
        for begin in range(0, len(ids), _AT_ONCE):
            table, mask = padded(ids[begin : begin + _AT_ONCE])
            real = mask.bool()
            model.upper(model.lower(table, mask)[1], mask)
    for handle in handles:
        handle.remove()
    return found
