"""Texts walk in, the sparse matrix the runtime's own features make of them walks out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from streams.sentiment.features import blocks
from streams.sentiment.text import joined

_STEP = 2000


def matrix(texts: Sequence[str], bits: int) -> csr_matrix:
    """One row a text, one column a bucket; each feature counts 1/sqrt(features of its kind in the text)."""
    parts = [_part(texts[at : at + _STEP], bits) for at in range(0, len(texts), _STEP)]
    counts = np.concatenate([part[2] for part in parts])
    return csr_matrix(
        (
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate(([0], np.cumsum(counts))),
        ),
        shape=(len(texts), 1 << bits),
    )


def _part(texts: Sequence[str], bits: int) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    buckets, posts, values = [], [], []
    for block in blocks(joined(texts), bits):
        sizes = np.diff(block.starts)
        buckets.append(block.buckets)
        posts.append(np.repeat(np.arange(len(texts)), sizes))
        values.append(np.repeat(1.0 / np.sqrt(np.maximum(sizes, 1)), sizes))
    owner = np.concatenate(posts)
    order = np.argsort(owner, kind="stable")
    return (
        np.concatenate(values)[order].astype(np.float32),
        np.concatenate(buckets)[order].astype(np.int32),
        np.bincount(owner, minlength=len(texts)),
    )
