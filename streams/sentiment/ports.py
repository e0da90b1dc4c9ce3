"""What the walk needs of a model: texts walk in, scores and the words that carried them walk out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from streams.records import Evidence, Scores

#: Heads to be explained: `problem`, `hostility`, both or none.
Said = Collection[str]


class Model(Protocol):
    @property
    def name(self) -> str:
        """Name and version, as it stands in every `Scores.model`: `linear-1@3f2a9c41`."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """From where on a score counts: `problem`, `hostility`, `constructiveness`, `positive`, `emotionality`."""
        ...

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        """Score each text; `langs` are ISO 639-1 codes or `und`. Any string gets a score; evidence is left empty.

        Pure computation, no limit on the number of texts; called from one thread at a time.
        """
        ...

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        """For each text the stretches that carry its problem and its hostility, by head, then by place.

        Of each text those heads that are `said`; without it those over the model's thresholds. Offsets point into the
        text as given.
        """
        ...


@runtime_checkable
class Staged(Protocol):
    """A model with a cheap first stage that lets most posts go."""

    def alone(self) -> Model:
        """The same model without that stage."""
        ...
