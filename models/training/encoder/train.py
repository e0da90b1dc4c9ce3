"""The corpus, the vocabulary and the base walk in; the encoder after either stage walks out.

    python -m models.training.encoder.train first  --data DIR --work DIR
    python -m models.training.encoder.train second --data DIR --work DIR

The first stage learns from the public sets, the second from posts read for this project and written pairs, with some
public rows again. Either goes on from its last checkpoint after an interruption. Each run adds a line to
`runs.jsonl` of the work folder.
"""

import argparse
import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from models.training.apart import kept_apart
from models.training.corpus import Corpus, gather
from models.training.encoder import mix
from models.training.encoder.learn import Recipe, learn
from models.training.encoder.net import LAYERS, Encoder, grown
from models.training.encoder.vocabulary import KEPT, VOCABULARY
from models.training.labels import Labelled
from models.training.rows import Row
from models.training.sets import SETS
from models.training.twins import Twins
from models.training.written import written
from streams.sentiment.pieces import Pieces

log = logging.getLogger("train")

#: Tokens that are read of a post in either stage, and how fast it learns.
RECIPES = {"first": Recipe(), "second": Recipe(rate=5e-5, head_rate=2e-4, longest=96, seed=21)}
_LABELS = Path(__file__).parents[1] / "labels"
_BASE_LAYERS = 12


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("stage", choices=tuple(RECIPES))
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    started, recipe = datetime.now(UTC), replace(RECIPES[asked.stage], half=asked.half)
    corpus = gather(asked.data, _LABELS)
    rows = training_rows(corpus)
    if asked.stage == "first":
        examples = mix.first(rows, recipe.seed)
    else:
        examples = mix.second(rows, read_for_training(corpus), written_for_training(corpus), recipe.seed)
    log.info("%d examples", len(examples))
    model = trained(asked.work / "first.pt") if asked.stage == "second" else base(asked.work, LAYERS)
    pieces = Pieces(asked.work / VOCABULARY, recipe.longest)
    learn(model, untouched(asked.work), pieces, examples, recipe, asked.work / f"{asked.stage}-checkpoint.pt")
    torch.save(model.state_dict(), asked.work / f"{asked.stage}.pt")
    line = {"stage": asked.stage, "started": started.isoformat(timespec="seconds"), "examples": len(examples)}
    line |= {"minutes": round((datetime.now(UTC) - started).total_seconds() / 60, 1), "recipe": asdict(recipe)}
    with (asked.work / "runs.jsonl").open("a", encoding="utf-8") as runs:
        runs.write(json.dumps(line) + "\n")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every program that trains is told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with one folder per set")
    parser.add_argument("--work", type=Path, required=True, help="folder for base, vocabulary and checkpoints")
    parser.add_argument("--half", action="store_true", help="multiply in bfloat16, where the processor has it")
    return parser


def base(work: Path, layers: int) -> Encoder:
    """The base's first layers, with the pruned vocabulary."""
    return grown(load_file(work / "base" / "model.safetensors"), np.load(work / KEPT).tolist(), layers)


def untouched(work: Path) -> Encoder:
    """The whole base, whose sentence embedding is to be kept."""
    return base(work, _BASE_LAYERS).requires_grad_(False).eval()


def training_rows(corpus: Corpus) -> list[Row]:
    free = {one.folder for one in SETS if one.trains}
    return [row for row in corpus.rows if row.split == "train" and row.set in free]


def read_for_training(corpus: Corpus) -> list[Labelled]:
    return [post for post in corpus.labelled if not kept_apart(post.id)]


def written_for_training(corpus: Corpus) -> list[Labelled]:
    golden = Twins(post.text for post in corpus.gold)
    return [one.post for one in written() if not kept_apart(one.group) and one.post.text not in golden]


def trained(path: Path) -> Encoder:
    state = torch.load(path, weights_only=True)
    model = Encoder(len(state["words.weight"]))
    model.load_state_dict(state)
    return model.eval()


if __name__ == "__main__":
    main()
