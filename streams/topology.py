"""The walk: every hop a post takes, in order. Who reads this page and `records.py` knows the system."""

from dataclasses import dataclass

from streams.topics import CASES, DEAD_LETTERS, POSTS, SCORED, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere records rest that is no topic."""

    name: str


NETWORKS = Place(name="networks")
BOOK = Place(name="case book")
ALERTS = Place(name="alerts")
PEOPLE = Place(name="people")
SHELF = Place(name="dead letter shelf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    name: str
    reads: Topic | Place
    writes: Topic | Place
    about: str


WALK = (
    Hop(name="listen", reads=NETWORKS, writes=POSTS, about="a source turns a network's payload into a post"),
    Hop(name="score", reads=POSTS, writes=SCORED, about="the model says what the post says"),
    Hop(name="triage", reads=SCORED, writes=BOOK, about="rules give verdict, case, handler and deadlines"),
    Hop(name="relay", reads=BOOK, writes=CASES, about="case events leave the book in order"),
    Hop(name="notify", reads=CASES, writes=ALERTS, about="each event becomes alerts for those concerned, once"),
    Hop(name="send", reads=ALERTS, writes=PEOPLE, about="alerts leave through the channel each handler chose"),
)

#: What any hop refused comes here; it feeds nothing, so the walk stays one-way.
SIDE_WALK = (Hop(name="keep", reads=DEAD_LETTERS, writes=SHELF, about="what a hop refused is kept for people to see"),)

#: The hops that read a topic: what `hearout work` runs as stream workers.
STAGES = tuple(hop for hop in (*WALK, *SIDE_WALK) if isinstance(hop.reads, Topic))
