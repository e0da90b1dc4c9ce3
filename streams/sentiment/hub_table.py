"""The table `[hub]` of a manifest walks in, which checkpoint says which heads walks out; no model library is needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from streams.errors import Misconfigured
from streams.sentiment.heads import COLUMNS, SENTIMENT

Activation = Literal["softmax", "sigmoid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One checkpoint: where it is, and what its labels mean here."""

    #: A name on the hub, or a folder, relative to the manifest or absolute.
    source: str
    #: Branch, tag or commit on the hub; None is the default branch.
    revision: str | None
    #: Our column by the checkpoint's label; several labels may say one column.
    labels: Mapping[str, str]
    #: None: what the checkpoint's own configuration asks for.
    activation: Activation | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it says, in the order of `COLUMNS`."""
        return tuple(column for column in COLUMNS if column in self.labels.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    checkpoints: tuple[Source, ...]
    #: The model that says what no checkpoint says: a bundled one, or a folder relative to the manifest.
    fallback: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns no checkpoint says."""
        said = {column for one in self.checkpoints for column in one.columns}
        return tuple(column for column in COLUMNS if column not in said)


def parsed(own: Mapping[str, object], where: str) -> Table:
    """Read the table `[hub]` of the manifest `where`; raises Misconfigured saying what is wrong in it."""
    try:
        table = _table(own)
        _complete(table)
    except ValueError as error:
        raise wrong(f"{where}: {error}") from None
    return table


def wrong(message: str, *, hint: str = "docs/hub.md shows a whole manifest") -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL-HUB", hint=hint)


def _table(own: Mapping[str, object]) -> Table:
    _only(own, ("checkpoints", "fallback"), "the table [hub]")
    listed = own.get("checkpoints")
    if not isinstance(listed, list) or not listed:
        raise ValueError("it lists no checkpoint; write one table [[hub.checkpoints]] for each")
    checkpoints = tuple(_source(raw, number) for number, raw in enumerate(listed, 1))
    match own.get("fallback", {}):
        case {"model": str(model), **rest} if not rest:
            return Table(checkpoints=checkpoints, fallback=model)
        case {**nothing} if not nothing:
            return Table(checkpoints=checkpoints, fallback=None)
        case _:
            raise ValueError('the table [hub.fallback] holds one line, like model = "linear-1"')


def _source(raw: object, number: int) -> Source:
    match raw:
        case {"source": str(source), "labels": dict(labels), **rest} if source and labels:
            which = f"checkpoint {source}"
            _only(rest, ("revision", "activation"), which)
        case _:
            raise ValueError(f"[[hub.checkpoints]] number {number} needs a source and a table of labels")
    if unknown := sorted({str(column) for column in labels.values()} - set(COLUMNS)):
        raise ValueError(f"{which} has labels for {', '.join(unknown)}; there are: {', '.join(COLUMNS)}")
    revision = rest.get("revision")
    if revision is not None and (not isinstance(revision, str) or not revision):
        raise ValueError(f"{which} has a revision that is no text")
    match rest.get("activation"):
        case None | "softmax" | "sigmoid" as activation:
            return Source(source=source, revision=revision, labels=labels, activation=activation)
        case other:
            raise ValueError(f"{which} has activation {other!r}; there are: softmax, sigmoid")


def _only(given: Iterable[object], known: Sequence[str], which: str) -> None:
    if unknown := sorted(str(name) for name in given if name not in known):
        raise ValueError(f"{which} has an unknown entry {', '.join(unknown)}")


def _complete(table: Table) -> None:
    first: dict[str, str] = {}
    for one in table.checkpoints:
        for column in one.columns:
            if column in first:
                raise ValueError(f"both {first[column]} and {one.source} have labels for {column}; one has to say it")
            first[column] = one.source
    # The three are one distribution: they cannot come from different places.
    for one in table.checkpoints:
        lacking = [column for column in SENTIMENT if column not in one.columns]
        if 0 < len(lacking) < len(SENTIMENT):
            raise ValueError(
                f"sentiment is incomplete: {one.source} has no label for {' and '.join(lacking)}; "
                f"one checkpoint says all of {', '.join(SENTIMENT)}, or none of them"
            )
    if table.fallback is None and table.missing:
        raise ValueError(
            f"nothing says {', '.join(table.missing)}; add a checkpoint with a label for each, "
            'or the table [hub.fallback] with model = "linear-1"'
        )
