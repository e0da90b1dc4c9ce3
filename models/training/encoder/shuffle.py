"""Texts walk in, token ids walk out, in batches of posts of about one length."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from streams.sentiment.spoken import spoken

PAD = 1


def encoded(tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> list[list[int]]:
    """Ids of each text; of a longer one the beginning and the end are kept, for the point is often in the last line."""
    found = tokenizer.encode_batch_fast([spoken(text) for text in texts])
    return [cut(one.ids, longest) for one in found]


def cut(ids: list[int], longest: int) -> list[int]:
    """Three quarters from the beginning, a quarter from the end."""
    if len(ids) <= longest:
        return ids
    tail = longest // 4
    return [*ids[: longest - tail], *ids[-tail:]]


def padded(ids: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, both (posts, longest)."""
    width = max(map(len, ids))
    table = torch.full((len(ids), width), PAD)
    for at, one in enumerate(ids):
        table[at, : len(one)] = torch.tensor(one)
    return table, (table != PAD).long()


def batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> Iterator[list[int]]:
    """Places of the posts of each batch, once through all: shuffled, of like length within a batch."""
    order = random.permutation(len(lengths))
    pool = size * 50
    for begin in range(0, len(order), pool):
        near = sorted(order[begin : begin + pool], key=lambda at: lengths[at])
        cuts = [near[at : at + size] for at in range(0, len(near), size)]
        yield from (list(map(int, cuts[at])) for at in random.permutation(len(cuts)))
