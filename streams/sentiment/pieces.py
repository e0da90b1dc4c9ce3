"""Posts walk in, the ids of their word pieces walk out, in batches of posts of about one length."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from streams.errors import Misconfigured
from streams.sentiment.spoken import spoken

#: Fills a batch up, and stands for what the vocabulary does not hold; `<pad>` and `<unk>` of the vocabulary.
PAD, UNKNOWN = 1, 3
#: Pieces of a post that may be read: begin, end and some words at least; the encoder knows no more places.
LEAST, MOST = 8, 512
#: Tokens of one batch, padding included: its arrays stay in the processor's cache.
_ROOM = 2048


class Pieces:
    """A SentencePiece vocabulary, and how many pieces of a post are read."""

    def __init__(self, path: Path, longest: int) -> None:
        """Raises Misconfigured where the file holds no vocabulary or one of another kind, or `longest` is no length."""
        if not LEAST <= longest <= MOST:
            raise _wrong(f"of a post {longest} pieces are to be read; it must be {LEAST} to {MOST}")
        try:
            self._model = SentencePieceProcessor(model_file=str(path))
        except (RuntimeError, OSError) as error:
            raise _wrong(f"{path} holds no SentencePiece vocabulary: {error}") from None
        if (self._model.pad_id(), self._model.unk_id()) != (PAD, UNKNOWN):
            raise _wrong(f"{path} holds a vocabulary whose padding and unknown piece are not {PAD} and {UNKNOWN}")
        self._longest = longest

    def __len__(self) -> int:
        return int(self._model.get_piece_size())

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, at most `longest`, begin and end marked.

        Of a longer one the first three quarters and the last quarter are kept: the point is often in the last line.
        """
        found = self._model.encode(list(map(spoken, texts)), add_bos=True, add_eos=True, num_threads=1)
        tail = self._longest // 4
        return [one if len(one) <= self._longest else [*one[: self._longest - tail], *one[-tail:]] for one in found]


def batches(ids: Sequence[Sequence[int]]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]]:
    """Places of the posts (posts,), their ids and their mask (posts, tokens), shortest posts first."""
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    begin = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end - begin + 1) * len(ids[order[end]]) > _ROOM:
            yield _padded(ids, order[begin:end])
            begin = end


def _padded(
    ids: Sequence[Sequence[int]], places: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    table = np.full((len(places), len(ids[places[-1]])), PAD, dtype=np.int64)
    for at, place in enumerate(places):
        table[at, : len(ids[place])] = ids[place]
    return np.array(places), table, (table != PAD).astype(np.int32)


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL", hint="install the model again, or name another model")
