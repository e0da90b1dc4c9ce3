"""Clean texts walk in, the probabilities a Hugging Face checkpoint gives our columns walk out.

The only module that knows torch and transformers, and it imports them when a checkpoint is opened: they come with the
extra `hub`, and nobody else waits for them.
"""

import hashlib
import inspect
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.sentiment.hub_table import Activation, Source, wrong

F64 = NDArray[np.float64]

# Not structlog: `hearout score` sets up no logs, and what is said there must not come between its lines on stdout.
log = logging.getLogger(__name__)

#: Tokens of one batch, padding included: fills a small GPU, and does not thrash the cache of a CPU.
_ROOM = 4096
#: Tokens of one post, where the checkpoint would read more: a post of 4,000 characters seldom has so many.
_MOST = 1024
#: Files that decide what a checkpoint says: configuration, weights, vocabulary.
_DECISIVE = (".json", ".safetensors", ".bin", ".model", ".txt")
_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


class Checkpoint:
    """A sequence classifier on the best device there is."""

    def __init__(self, *, source: Source, identity: str, net: Any, tokenizer: Any, devices: Sequence[str] = ()) -> None:
        """Runs on the first of `devices` that works, else on the CPU; raises Misconfigured where it cannot score.

        `identity` has to change whenever the scores could.
        """
        self.source = source
        self.identity = identity
        self._net = net.float().eval()
        self._tokenizer = tokenizer
        self._reads = set(inspect.signature(net.forward).parameters)
        self._groups = _groups(source, net.config)
        self._activation = _activation(source, net.config)
        self._limit = _limit(net, tokenizer)
        self._pad(net.config)
        self.device = "cpu"
        # A wrong limit shows on a CPU as an error; a GPU would be unusable after it.
        self._prove("." + " a" * self._limit)
        self._move(devices)
        log.info("checkpoint %s is ready on %s, reads %d tokens", source.source, self.device, self._limit)

    def chances(self, texts: Sequence[str]) -> F64:
        """Probabilities, (texts, `source.columns`); of longer texts the beginning is read."""
        result = np.zeros((len(texts), len(self._groups)))
        if not texts:
            return result
        found = self._tokenizer(list(texts), truncation=True, max_length=self._limit)
        posts = [self._filled({key: found[key][at] for key in found}) for at in range(len(texts))]
        for places in _batches([len(post["input_ids"]) for post in posts]):
            batch = self._tokenizer.pad([posts[at] for at in places], return_tensors="pt")
            said = _activated(self._logits(batch), self._activation)
            # Labels that exclude each other add up; of labels that don't, the loudest speaks.
            together = np.sum if self._activation == "softmax" else np.max
            result[places] = np.stack([together(said[:, group], axis=1) for group in self._groups], axis=1)
        return result.clip(0, 1)

    def _logits(self, batch: Any) -> F64:
        import torch

        try:
            with torch.inference_mode():
                given = {key: value.to(self.device) for key, value in batch.items() if key in self._reads}
                found: F64 = self._net(**given).logits.float().cpu().numpy().astype(np.float64)
                return found
        except RuntimeError as error:
            if self.device == "cpu":
                raise
            log.warning("checkpoint %s goes on on the CPU: %s: %s", self.source.source, self.device, _line(error))
            self._net.to("cpu")
            self.device = "cpu"
            return self._logits(batch)

    def _filled(self, post: dict[str, list[int]]) -> dict[str, list[int]]:
        """A text without one token gets one: no network reads nothing."""
        if post["input_ids"]:
            return post
        fillers = {"input_ids": self._tokenizer.pad_token_id, "attention_mask": 1}
        return {key: [fillers.get(key, 0)] for key in post}

    def _pad(self, config: Any) -> None:
        """Generative checkpoints often have no token to fill up with, and have to be told the one that is used."""
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        if self._tokenizer.pad_token_id is None:
            raise wrong(f"the tokenizer of {self.source.source} has no padding token, so posts cannot be batched")
        config.pad_token_id = self._tokenizer.pad_token_id
        # We pad on purpose: lengths have to be known before batches are made.
        self._tokenizer.deprecation_warnings["Asking-to-pad-a-fast-tokenizer"] = True

    def _prove(self, text: str) -> None:
        try:
            fine = bool(np.isfinite(self.chances([text])).all())
        except (RuntimeError, IndexError, ValueError) as error:
            raise wrong(f"checkpoint {self.source.source} cannot score a text: {_line(error)}") from error
        if not fine:
            raise wrong(f"checkpoint {self.source.source} is damaged: it answers with no number")

    def _move(self, devices: Sequence[str]) -> None:
        for device in devices:
            try:
                self._net.to(device)
            except (RuntimeError, AssertionError) as error:  # a build without CUDA asserts
                log.warning("checkpoint %s cannot use %s: %s", self.source.source, device, _line(error))
                self._net.to("cpu")
                continue
            self.device = device
            self._prove("a")  # falls back where the device takes the weights and cannot run them
            if self.device == device:
                return


def loaded(folder: Path, source: Source) -> Checkpoint:
    """Open a checkpoint named in the manifest of `folder`; raises Misconfigured where that cannot be."""
    try:
        import torch  # noqa: F401  transformers comes without it, and then fails late
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging as chatter
    except ImportError as error:
        raise Misconfigured(
            f"checkpoint {source.source} needs torch and transformers, and {error.name or 'one'} is not installed",
            id="HO-MODEL-HUB-EXTRA",
            hint="pip install 'hearout[hub]'",
        ) from None
    if not sys.stderr.isatty():
        chatter.disable_progress_bar()  # a log is no place for it
    name, revision, identity = _found(folder, source)
    given = {"revision": revision, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **given)
        net, report = AutoModelForSequenceClassification.from_pretrained(name, output_loading_info=True, **given)
    except Exception as error:  # transformers raises whatever the files made it stumble over
        raise wrong(
            f"checkpoint {source.source} cannot be opened as a sequence classifier: {type(error).__name__}: "
            f"{_line(error)}",
            hint="it needs config.json, weights and tokenizer files of one text classification model",
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise wrong(
            f"checkpoint {source.source} was not trained to classify: it has no weights {', '.join(missing)}",
            hint="name a checkpoint fine-tuned for text classification",
        )
    return Checkpoint(source=source, identity=identity, net=net, tokenizer=tokenizer, devices=_devices())


def _found(folder: Path, source: Source) -> tuple[str, str | None, str]:
    """What transformers calls it, its exact revision, and what tells it from every other."""
    from transformers.utils import cached_file

    local = folder / source.source
    if local.is_dir():
        if source.revision is not None:
            raise wrong(f"checkpoint {source.source} is a folder, and has no revision {source.revision}")
        if not (local / "config.json").is_file():
            raise wrong(f"there is no checkpoint in {local}: config.json is missing")
        return str(local), None, _digest(local)
    if not _HUB_NAME.fullmatch(source.source):
        raise wrong(f"there is no folder {local}, and {source.source} is no name on the Hugging Face hub")
    try:
        path = cached_file(source.source, "config.json", revision=source.revision)
    except OSError as error:
        raise wrong(
            f"checkpoint {source.source} is neither a folder ({local}) nor to be had from the Hugging Face hub: "
            f"{_line(error)}",
            hint="check the name and the connection; `hf auth login` opens private ones; "
            "or download it and name the folder",
        ) from error
    # The cache keeps each commit in a folder of its name: all files are then taken from this one.
    commit = Path(str(path)).parent.name
    return source.source, commit, f"{source.source}@{commit}"


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _DECISIVE and path.is_file()):
        with path.open("rb") as file:
            whole.update(f"{path.name}={hashlib.file_digest(file, 'sha256').hexdigest()};".encode())
    return whole.hexdigest()


def _groups(source: Source, config: Any) -> list[list[int]]:
    """The places of the labels of each of `source.columns`."""
    places = {f"LABEL_{at}": int(at) for at in config.id2label}
    places |= {str(label): int(at) for at, label in config.id2label.items()}
    if unknown := [label for label in source.labels if label not in places]:
        has = ", ".join(str(config.id2label[at]) for at in sorted(config.id2label))
        raise wrong(f"checkpoint {source.source} has no label {', '.join(unknown)}; it has: {has}")
    return [
        sorted({places[label] for label, said in source.labels.items() if said == column}) for column in source.columns
    ]


def _activation(source: Source, config: Any) -> Activation:
    """As the checkpoint was trained, where the manifest does not say."""
    if config.num_labels == 1 and source.activation == "softmax":
        raise wrong(f"checkpoint {source.source} has one label: softmax would always say 1, sigmoid is what it needs")
    if source.activation is not None:
        return source.activation
    if config.problem_type == "regression":
        raise wrong(
            f"checkpoint {source.source} was trained to say a number and not a probability",
            hint='where its number is a log-odds write activation = "sigmoid", else name another checkpoint',
        )
    many = config.problem_type == "multi_label_classification" or config.num_labels == 1
    return "sigmoid" if many else "softmax"


def _activated(logits: F64, activation: Activation) -> F64:
    if activation == "sigmoid":
        return np.asarray(0.5 * (1 + np.tanh(logits / 2)))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _limit(net: Any, tokenizer: Any) -> int:
    """How many tokens both the tokenizer and the table of positions allow."""
    known = [_MOST, tokenizer.model_max_length, getattr(net.config, "max_position_embeddings", None) or _MOST]
    for name, part in net.named_modules():
        if name.endswith("position_embeddings") and hasattr(part, "num_embeddings"):
            # Networks of the RoBERTa family count positions from behind their padding index.
            known.append(part.num_embeddings - (0 if part.padding_idx is None else part.padding_idx + 1))
    return int(min(one for one in known if one > 0))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of the posts of each batch, shortest posts first."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    begin = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end - begin + 1) * lengths[order[end]] > _ROOM:
            yield order[begin:end]
            begin = end


def _devices() -> list[str]:
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [device for device, is_there in there.items() if is_there]


def _line(error: BaseException) -> str:
    """The first line of what a library says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
