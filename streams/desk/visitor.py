"""Who is looking: the signed-in handler, as pages need them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    id: str
    name: str
    teams: tuple[str, ...]
    supervisor: bool
    #: Times are shown and read in it.
    zone: ZoneInfo
    #: Forms must carry it; empty for callers of the API.
    csrf: str = ""

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()
