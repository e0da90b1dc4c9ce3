"""One record and what is known so far walk in; how it ends walks out: opened, joined, let go, edited, taken back."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b

from streams.cases.commands import AddPost, DeletePost, EditPost
from streams.cases.events import PostDeleted, PostEdited, PostJoined
from streams.cases.own import is_own
from streams.cases.severity import Severity, weigh
from streams.cases.triage import Thresholds, Triage, triage
from streams.cases.triaged import TriagedPost
from streams.records import Deletion, Effect, Post, ScoredPost, Verdict
from streams.routing.batch import Batch, without_text
from streams.routing.join import case_to_join
from streams.routing.plan import Planner
from streams.routing.ports import AuthorKey
from streams.routing.rules import Subject
from streams.settings import TriageSettings
from streams.stage import Drop, Fate, Pass

REPEAT = Drop("repeat")
TAKEN_BACK = Drop("taken back")

#: The latest sub-ratings of each author; grows as posts are read.
Aspects = MutableMapping[AuthorKey, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaging:
    planner: Planner
    thresholds: Thresholds
    settings: TriageSettings
    #: As `own_handle` writes them.
    own_handles: frozenset[str]

    def end(self, record: ScoredPost | Deletion, batch: Batch, aspects: Aspects) -> Fate:
        if isinstance(record, Deletion):
            return _take_back(record, batch)
        kept = batch.posts.get(record.post.id)
        if kept is not None and kept.deleted_at is not None:
            return TAKEN_BACK
        if kept is None or kept.effect is Effect.REFUSED:
            self._new(record, batch, aspects)
            return Pass(record)
        if record.post.version <= kept.post.version:
            return REPEAT
        if _content(record.post) == _content(kept.post):
            # Its number is remembered, or an older version that comes late would be taken for a newer one.
            batch.keep(replace(kept, post=replace(kept.post, version=record.post.version)))
            return REPEAT
        self._edited(record, kept, batch, aspects)
        return Pass(record)

    def _new(self, scored: ScoredPost, batch: Batch, aspects: Aspects) -> None:
        if is_own(scored.post, self.own_handles):
            batch.keep(_own(scored))
            return
        said = self._said(scored, aspects)
        if not self._join(scored, said, batch):
            if said.verdict.has_problem:
                self._open(scored, said, batch)
            else:
                batch.keep(self._let_go(scored, said))

    def _edited(self, scored: ScoredPost, kept: TriagedPost, batch: Batch, aspects: Aspects) -> None:
        """The effect stays; only what was let go and has a problem now gets the case it lacked."""
        if kept.verdict is None:
            batch.keep(_own(scored))
            return
        said = self._said(scored, aspects)
        if not kept.case_id:
            if said.verdict.has_problem:
                if not self._join(scored, said, batch):
                    self._open(scored, said, batch)
            else:
                batch.keep(self._let_go(scored, said))
            return
        case = batch.cases[kept.case_id]
        weight = self._weigh(scored, said, repeats=case.post_ids.index(scored.post.id))
        severity = max(case.severity, weight.level)
        edited = PostEdited(post_id=scored.post.id, verdict=said.verdict, severity=severity)
        batch.do(case.id, EditPost(edited=edited))
        batch.keep(
            replace(
                kept,
                post=scored.post,
                scores=scored.scores,
                verdict=said.verdict,
                severity=weight.level,
                why=(*said.why, *weight.why, "edited by the author"),
                undecided=said.undecided,
            )
        )

    def _said(self, scored: ScoredPost, aspects: Aspects) -> Triage:
        post = scored.post
        author = (post.source, post.author)
        said = triage(
            post,
            scored.scores,
            self.thresholds,
            low_rating=self.settings.low_rating,
            previous_aspects=aspects.get(author),
        )
        if post.aspects:
            aspects[author] = post.aspects
        return said

    def _weigh(self, scored: ScoredPost, said: Triage, *, repeats: int) -> Severity:
        return weigh(
            verdict=said.verdict,
            post=scored.post,
            scores=scored.scores,
            repeats=repeats,
            safety_words=self.planner.safety_words,
        )

    def _open(self, scored: ScoredPost, said: Triage, batch: Batch) -> None:
        opened = self.planner.opened(scored.post, scored.scores, said, batch.now)
        case_id = batch.open(opened)
        batch.keep(
            TriagedPost(
                post=scored.post,
                scores=scored.scores,
                verdict=said.verdict,
                severity=opened.severity,
                rule=opened.rule,
                effect=Effect.OPENED,
                case_id=case_id,
                why=opened.why,
                undecided=said.undecided,
            )
        )

    def _join(self, scored: ScoredPost, said: Triage, batch: Batch) -> bool:
        """False when there is no case the post belongs to."""
        post = scored.post
        window = timedelta(hours=self.settings.join_hours)
        found = case_to_join(post, said.verdict, batch.cases_of((post.source, post.author)), window)
        if found is None:
            return False
        case, because = found
        weight = self._weigh(scored, said, repeats=len(case.post_ids))
        why = (*said.why, *weight.why, because)
        joined = PostJoined(
            post_id=post.id,
            conversation_id=post.conversation_id or post.id,
            posted_at=post.created_at,
            verdict=said.verdict,
            severity=max(case.severity, weight.level),
            why=why,
        )
        command = AddPost(
            joined=joined,
            reopen=self.planner.reopening(case, joined.severity, "the customer wrote again about a problem", batch.now),
            supervisor=self.planner.roster.supervisor_of(case.team),
        )
        batch.do(case.id, command)
        batch.keep(
            TriagedPost(
                post=post,
                scores=scored.scores,
                verdict=said.verdict,
                severity=weight.level,
                rule="",
                effect=Effect.JOINED,
                case_id=case.id,
                why=why,
                undecided=said.undecided,
            )
        )
        return True

    def _let_go(self, scored: ScoredPost, said: Triage) -> TriagedPost:
        weight = self._weigh(scored, said, repeats=0)
        subject = Subject(post=scored.post, scores=scored.scores, verdict=said.verdict, severity=weight.level)
        match = self.planner.rules.for_let_go(subject)
        return TriagedPost(
            post=scored.post,
            scores=scored.scores,
            verdict=said.verdict,
            severity=weight.level,
            rule=match.rule.name if match else "",
            effect=Effect.LET_GO,
            case_id="",
            why=(*said.why, match.why) if match else said.why,
            audit=self._audited(scored.post.id, said),
            undecided=said.undecided,
        )

    def _audited(self, post_id: str, said: Triage) -> bool:
        """What is undecided, every abuse (a problem may hide in it), and a share of the mentions, always the same."""
        if said.undecided or said.verdict is Verdict.ABUSE:
            return True
        if said.verdict is not Verdict.MENTION:
            return False
        drawn = int.from_bytes(blake2b(post_id.encode(), digest_size=6).digest(), "big") / 2**48
        return drawn < self.settings.mention_sample


def _own(scored: ScoredPost) -> TriagedPost:
    return TriagedPost(
        post=scored.post,
        scores=scored.scores,
        verdict=None,
        severity=0,
        rule="",
        effect=Effect.LET_GO,
        case_id="",
        why=("our own post",),
    )


def _take_back(deletion: Deletion, batch: Batch) -> Fate:
    kept = batch.posts.get(deletion.id)
    if kept is None:
        batch.keep(_tombstone(deletion))
        return Pass(deletion)
    if kept.deleted_at is not None:
        return REPEAT
    batch.keep(without_text(kept, deletion.deleted_at))
    if kept.case_id:
        batch.do(kept.case_id, DeletePost(deleted=PostDeleted(post_id=deletion.id)))
    return Pass(deletion)


def _tombstone(deletion: Deletion) -> TriagedPost:
    """Remembers a post that was taken back before it was heard, so that a late delivery does not bring it back."""
    gone = Post(
        id=deletion.id,
        source=deletion.source,
        author=deletion.author,
        text="",
        created_at=deletion.deleted_at,
        heard_at=deletion.deleted_at,
    )
    return TriagedPost(
        post=gone,
        scores=None,
        verdict=None,
        severity=0,
        rule="",
        effect=Effect.LET_GO,
        case_id="",
        why=("taken back before it was heard",),
        deleted_at=deletion.deleted_at,
    )


def _content(post: Post) -> tuple[object, ...]:
    return post.text, post.rating, post.aspects
