"""A post as the case book keeps it: what was said of it, and how it ended."""

from dataclasses import dataclass
from datetime import datetime

from streams.records import Effect, Post, Scores, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TriagedPost:
    post: Post
    #: None only where the effect is `refused` before the model had spoken, or the post was taken back before it came.
    scores: Scores | None
    #: None as well for our own posts: nobody asks what they are.
    verdict: Verdict | None
    #: 1 to 4; 0 where there is no verdict.
    severity: int
    #: Name of the rule of rules.toml that matched; empty where none did, and for posts that joined a case.
    rule: str
    effect: Effect
    #: Empty unless opened or joined.
    case_id: str
    #: Why it ended so: each comparison that decided, as a sentence for people.
    why: tuple[str, ...]
    #: Taken back by its author; the text is gone then.
    deleted_at: datetime | None = None
    #: Drawn for the audit list though it was let go (what is undecided, every `abuse`, a share of `mention`).
    audit: bool = False
    #: What decided hung by less than the band of the thresholds; not once a person has opened a case for it.
    undecided: bool = False
