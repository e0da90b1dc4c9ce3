"""The nouns that travel: what walks on each topic, as frozen values.

Nothing here knows a transport, a database or a model. `bus/wire.py` writes them down with their
kind and schema version and reads older versions back.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a post is, by the rules of `cases/triage.py`."""

    #: A problem told with insult: goes to a negotiator.
    HOSTILE_PROBLEM = "hostile_problem"
    #: A problem somebody can start working on.
    COMPLAINT = "complaint"
    #: A problem that stays vague.
    GRIEVANCE = "grievance"
    #: Hostile, and no problem in it.
    ABUSE = "abuse"
    #: Positive, none of the above.
    PRAISE = "praise"
    #: The rest.
    MENTION = "mention"

    @property
    def has_problem(self) -> bool:
        return self in (Verdict.HOSTILE_PROBLEM, Verdict.COMPLAINT, Verdict.GRIEVANCE)


class Effect(StrEnum):
    """How an accepted post ended; each ends in exactly one."""

    OPENED = "opened"
    JOINED = "joined"
    LET_GO = "let_go"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public utterance: a tweet, reply, review, comment or rating."""

    #: Unique and derived: `source:native-id`.
    id: str
    #: Name of the connector: `bluesky`, `file`, `webhook`...
    source: str
    #: Who wrote it, as the network identifies them (a handle or DID). Posts without one get `anonymous:<native-id>`.
    author: str
    text: str
    #: When it was written, UTC. Sources keep the author's claim only where it is credible, else the time it was heard.
    created_at: datetime
    #: When this installation accepted it, UTC.
    heard_at: datetime
    #: ISO 639-1 code, or `und`.
    lang: str = "und"
    #: Name to show, where the network has one.
    author_name: str = ""
    url: str = ""
    #: Stars from 1 to 5 (other scales are converted by the source).
    rating: float | None = None
    #: Sub-ratings from 1 to 5, by name: `{"punctuality": 1}`.
    aspects: dict[str, float] = field(default_factory=dict)
    #: The thread this belongs to: the id of its first post (`source:native-id`).
    conversation_id: str = ""
    #: The post this answers (`source:native-id`).
    reply_to: str = ""
    #: Name of the brand in settings that was matched, or what the source said.
    brand: str = ""
    #: Followers of the author, where known.
    reach: int | None = None
    #: Grows with each edit within one source; the same or a lower number is a repeat.
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The author took a post back: we must stop showing its text.

    The source vouches for it: a public network's ids hold the author, and whoever may send us posts may take them back.
    """

    id: str
    source: str
    author: str
    deleted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """Probabilities that sum to 1."""

    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A stretch of the text that carried a head: half-open character offsets into `Post.text`."""

    #: `problem`, `hostility`, `constructiveness`, `sentiment` or `emotionality`.
    head: str
    start: int
    end: int
    #: How much it carried, relative to the other spans of the same head; (0, 1].
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the model says of a post; every head is a calibrated probability in [0, 1]."""

    sentiment: Sentiment
    hostility: float
    problem: float
    constructiveness: float
    emotionality: float
    #: Name and version: `linear-1@3f2a9c`.
    model: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPost:
    post: Post
    scores: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One change of a case, as it leaves the case book; what it says is in `data` (see `cases/events.py`)."""

    #: Unique and derived: `case-id/number`.
    id: str
    #: Place in the order of all events of the book.
    seq: int
    case_id: str
    #: Place among the events of this case, from 1.
    number: int
    #: `opened`, `post_joined`, `assigned`...
    kind: str
    at: datetime
    #: Handler id, or `hearout` for the machine.
    actor: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record somebody refused, kept as it was."""

    #: By `letter_id`: the same refusal twice is one dead letter.
    id: str
    #: The stage or source that refused it: `score`, `triage`, `source:file`.
    stage: str
    #: Topic it was read from; empty when a source refused it before it became a record.
    topic: str
    key: str
    #: The original bytes.
    payload: bytes
    reason: str
    at: datetime
    #: The post's id, where it could be read.
    post_id: str = ""
    #: Where it came from, for people: `reviews.csv line 17`.
    origin: str = ""


def letter_id(stage: str, place: str, key: str, payload: bytes) -> str:
    """24 hexadecimal digits of SHA-256, the same for the same refusal.

    `place` and `key` are the topic and the record's key there; of what a source refused, the source's whole name and
    where in it.
    """
    digest = hashlib.sha256()
    for part in (*(text.encode(errors="surrogatepass") for text in (stage, place, key)), payload):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A dead letter on the shelf."""

    letter: DeadLetter
    #: When it last went back into the walk; None while nobody has replayed it.
    replayed_at: datetime | None = None


#: What may stand on each topic.
Record = Post | Deletion | ScoredPost | CaseEvent | DeadLetter
