"""What must change on Kafka: the manifest and what the broker has walk in, one finding per topic walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.bus.manifest import TopicSpec


class Remedy(StrEnum):
    """Who can mend a difference."""

    #: `hearout topics apply`.
    APPLY = "apply"
    #: `hearout topics apply --grow-partitions`: keys move to other partitions, so the order of an author's posts
    #: is not kept between what stands on the topic and what comes later.
    GROW = "grow"
    #: Nothing we do: Kafka cannot take partitions away, and moves replicas with its own tools.
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic as the broker has it."""

    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    #: `partitions`, `replication`, or Kafka's name of a topic setting.
    what: str
    found: str
    wanted: str
    remedy: Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    spec: TopicSpec
    missing: bool
    differences: tuple[Difference, ...] = ()

    @property
    def is_ok(self) -> bool:
        return not self.missing and not self.differences

    def needs(self, remedy: Remedy) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.remedy is remedy)


def compare(specs: Sequence[TopicSpec], found: Mapping[str, Found]) -> tuple[Finding, ...]:
    """One finding per specification, in its order; `found` holds only topics that exist."""
    return tuple(
        Finding(spec=spec, missing=False, differences=_differences(spec, found[spec.name]))
        if spec.name in found
        else Finding(spec=spec, missing=True)
        for spec in specs
    )


def _differences(spec: TopicSpec, found: Found) -> tuple[Difference, ...]:
    differences = []
    if found.partitions != spec.partitions:
        remedy = Remedy.GROW if found.partitions < spec.partitions else Remedy.BY_HAND
        differences.append(_difference("partitions", found.partitions, spec.partitions, remedy))
    if found.replication != spec.replication:
        differences.append(_difference("replication", found.replication, spec.replication, Remedy.BY_HAND))
    for name, wanted in spec.config.items():
        has = found.config.get(name, "")
        if has != wanted:
            differences.append(_difference(name, has, wanted, Remedy.APPLY))
    return tuple(differences)


def _difference(what: str, found: object, wanted: object, remedy: Remedy) -> Difference:
    return Difference(what=what, found=str(found), wanted=str(wanted), remedy=remedy)
