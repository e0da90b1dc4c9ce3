"""The trained encoder and the untouched base walk in, the encoder with a sentence embedding near the base's walks out.

    python -m models.training.encoder.turn --data DIR --work DIR

Training keeps the embedding from drifting far, but not near enough for a translation to stay the nearest neighbour. So
its last linear map is fitted anew, in closed form (ridge regression), from the mean states of both depths to the base's
embedding less its mean: cosines then spread around 0, where the base's all lie between 0.8 and 0.9.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.corpus import Corpus, gather
from models.training.encoder import neighbours
from models.training.encoder.net import FIRST, Encoder, means, silenced
from models.training.encoder.shuffle import padded
from models.training.encoder.train import read_for_training, trained, written_for_training
from models.training.encoder.vocabulary import VOCABULARY
from streams.sentiment.pieces import Pieces

log = logging.getLogger("turn")
F32 = NDArray[np.float32]

#: Texts the map is fitted on: of each language of XLM-T, of the read posts, of the written pairs.
_EACH, _READ, _WRITTEN = 330, 1200, 500
#: Penalty of the map, on features of variance 1; chosen on the parallel posts among 1 to 1,000.
_STRENGTH = 10.0
_LONGEST, _AT_ONCE = 64, 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    texts = chosen(gather(asked.data, Path(__file__).parents[1] / "labels"))
    model = trained(asked.work / "second.pt")
    given = states(model, Pieces(asked.work / VOCABULARY, _LONGEST), texts)
    turn(model, given, neighbours.base(asked.work)(texts))
    torch.save(model.state_dict(), asked.work / "turned.pt")
    log.info("fitted on %d texts", len(texts))


def chosen(corpus: Corpus) -> list[str]:
    """Texts of all languages, none of them measured with."""
    random = np.random.default_rng(9)
    rows = [row for row in corpus.rows if row.set == "xlmt_sentiment" and row.split == "train"]
    pools = [([row.text for row in rows if row.lang == lang], _EACH) for lang in sorted({row.lang for row in rows})]
    pools += [
        ([post.text for post in read_for_training(corpus)], _READ),
        ([post.text for post in written_for_training(corpus)], _WRITTEN),
    ]
    texts = [pool[at] for pool, count in pools for at in random.permutation(len(pool))[:count]]
    return sorted(texts, key=len)


def states(model: Encoder, pieces: Pieces, texts: Sequence[str]) -> F32:
    """Mean states of both depths, (texts, 2 * `WIDTH`)."""
    ids, parts = pieces.ids(texts), []
    with torch.no_grad():
        for begin in range(0, len(ids), _AT_ONCE):
            table, mask = padded(ids[begin : begin + _AT_ONCE])
            _, lower = model.lower(table, mask)
            upper = model.through(lower, silenced(mask), FIRST, len(model.layers))
            parts.append(means(lower, upper, mask).numpy())
    return np.concatenate(parts)


def turn(model: Encoder, given: F32, wanted: F32) -> None:
    """Put the map that brings `given` nearest to `wanted` less its mean into the model."""
    middle, spread = given.mean(axis=0), given.std(axis=0) + 1e-6
    scaled = (given - middle) / spread
    left = scaled.T @ scaled + _STRENGTH * np.eye(scaled.shape[1])
    table = np.linalg.solve(left, scaled.T @ (wanted - wanted.mean(axis=0))) / spread[:, None]
    with torch.no_grad():
        model.turn.weight.copy_(torch.from_numpy(table.T.astype(np.float32)))
        model.turn.bias.copy_(torch.from_numpy((-middle @ table).astype(np.float32)))


if __name__ == "__main__":
    main()
