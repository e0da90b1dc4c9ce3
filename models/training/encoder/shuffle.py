"""Token ids walk in, shuffled batches of posts of about one length walk out, as tensors."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from streams.sentiment.pieces import PAD

#: Batches are cut from so many batches' worth of posts, sorted by length.
_POOL = 50


def batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> Iterator[list[int]]:
    """Places of the posts of each batch, once through all."""
    order = random.permutation(len(lengths))
    for begin in range(0, len(order), size * _POOL):
        near = sorted(order[begin : begin + size * _POOL], key=lambda at: lengths[at])
        cuts = [near[at : at + size] for at in range(0, len(near), size)]
        yield from (list(map(int, cuts[at])) for at in random.permutation(len(cuts)))


def padded(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, both (posts, tokens)."""
    table = torch.full((len(ids), max(map(len, ids))), PAD)
    for at, one in enumerate(ids):
        table[at, : len(one)] = torch.tensor(one)
    return table, (table != PAD).long()
