"""Examples and an encoder walk in, an encoder that has learnt them walks out, with a checkpoint every few minutes."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.encoder.mix import Example
from models.training.encoder.net import Encoder, mean, silenced
from models.training.encoder.shuffle import batches, padded
from streams.sentiment.pieces import Pieces

log = logging.getLogger("learn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    rate: float = 8e-5
    #: Of the listening heads, which start from nothing.
    head_rate: float = 5e-4
    #: Part of the steps in which the rate climbs, and what is left of it at the end.
    warm: float = 0.06
    left: float = 0.05
    decay: float = 0.01
    size: int = 32
    longest: int = 64
    #: What the first answer counts, what it counts that it says what the last one says, and what the embedding counts.
    first: float = 0.5
    follow: float = 0.5
    near: float = 1.0
    #: Part of each batch whose embedding is compared with the base's.
    compared: float = 0.25
    seed: int = 20
    checkpoint_every_s: float = 300.0
    #: Multiply in bfloat16; for processors that have it, elsewhere it is slower.
    half: bool = False


#: Posts whose mean embedding by the base is taken away from each before embeddings are compared.
_CENTRED = 512


def learn(
    model: Encoder,
    base: Encoder,
    pieces: Pieces,
    examples: Sequence[Example],
    recipe: Recipe,
    checkpoint: Path,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Train `model` in place once through `examples`; goes on from `checkpoint` where that file is there.

    `base` is the untouched encoder whose sentence embedding is to be kept, less its mean: the base's cosines all lie
    between 0.8 and 0.9, and what tells posts apart is the rest. Word embeddings stay frozen in both.
    """
    random = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    ids = pieces.ids([one.text for one in examples])
    plan = list(batches([len(one) for one in ids], recipe.size, random))
    labels = torch.from_numpy(np.stack([one.labels for one in examples]))
    trust = torch.from_numpy(np.stack([one.trust for one in examples]))
    optimizer, schedule = _optimizer(model, recipe, len(plan))
    done = _resumed(checkpoint, model, optimizer, schedule)
    some = random.permutation(len(ids))[:_CENTRED]
    anchor = Anchor(base, torch.cat([_embedded(base, *padded([ids[at]])) for at in some]).mean(dim=0))
    model.train()
    saved = started = clock()
    told: dict[str, float] = {}
    for step, places in enumerate(plan[done:], start=done + 1):
        table, mask = padded([ids[at] for at in places])
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.half):
            parts = _losses(model, anchor, table, mask, labels[places], trust[places], recipe)
        optimizer.zero_grad()
        sum(parts.values(), torch.zeros(())).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        told = {name: 0.98 * told.get(name, part.item()) + 0.02 * part.item() for name, part in parts.items()}
        if step % 50 == 0 or step == len(plan):
            pace = (step - done) * recipe.size / (clock() - started)
            line = {"step": step, "of": len(plan), "posts_per_s": round(pace, 1)}
            line |= {name: round(value, 4) for name, value in told.items()}
            log.info("%s", json.dumps(line))
        if clock() - saved > recipe.checkpoint_every_s:
            saved = clock()
            state = {"step": step, "model": model.state_dict()}
            state |= {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
            fresh = checkpoint.with_suffix(".new")
            torch.save(state, fresh)
            fresh.replace(checkpoint)
    checkpoint.unlink(missing_ok=True)
    model.eval()


@dataclass(frozen=True, slots=True)
class Anchor:
    """The base, and the mean of its embeddings, (`WIDTH`,)."""

    base: Encoder
    centre: Tensor

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """What the embedding shall be near, (posts, `WIDTH`)."""
        return _embedded(self.base, ids, mask) - self.centre


def _embedded(base: Encoder, ids: Tensor, mask: Tensor) -> Tensor:
    with torch.no_grad():
        states = base.through(base.embedded(ids), silenced(mask), 0, len(base.layers))
        return functional.normalize(mean(states, mask).float(), dim=1)


def _losses(
    model: Encoder, anchor: Anchor, ids: Tensor, mask: Tensor, labels: Tensor, trust: Tensor, recipe: Recipe
) -> dict[str, Tensor]:
    first, states = model.lower(ids, mask)
    last, embedding = model.upper(states, mask)
    some = max(round(recipe.compared * len(ids)), 1)
    first, last, embedding = first.float(), last.float(), embedding.float()
    near = functional.cosine_similarity(embedding[:some], anchor(ids[:some], mask[:some]))
    return {
        "last": _missed(last, labels, trust),
        "first": recipe.first * _missed(first, labels, trust),
        "follow": recipe.follow * _missed(first, _said(last.detach()), torch.ones_like(trust)) / 4,
        "near": recipe.near * (1 - near).mean(),
    }


def _missed(logits: Tensor, labels: Tensor, trust: Tensor) -> Tensor:
    """Cross-entropy of sentiment over its three classes and of each other head, weighted, a mean over the posts."""
    sentiment = -(functional.log_softmax(logits[:, :3], dim=1) * labels[:, :3]).sum(dim=1) * trust[:, 0]
    others = functional.binary_cross_entropy_with_logits(logits[:, 3:], labels[:, 3:], reduction="none") * trust[:, 3:]
    return (sentiment + others.sum(dim=1)).mean()


def _said(logits: Tensor) -> Tensor:
    return torch.cat([torch.softmax(logits[:, :3], dim=1), torch.sigmoid(logits[:, 3:])], dim=1)


def _optimizer(
    model: Encoder, recipe: Recipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    model.words.requires_grad_(False)
    model.places.requires_grad_(False)
    heads = [*model.first.parameters(), *model.last.parameters()]
    known = {id(one) for one in heads}
    body = [one for one in model.parameters() if one.requires_grad and id(one) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": recipe.head_rate}], weight_decay=recipe.decay
    )
    warm = max(round(recipe.warm * steps), 1)

    def part(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return recipe.left + (1 - recipe.left) * max(steps - step, 0) / max(steps - warm, 1)

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, part)


def _resumed(
    path: Path, model: Encoder, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
) -> int:
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    log.info("going on after step %d", state["step"])
    return int(state["step"])
