"""A post and its author's cases walk in; the case it belongs to, and why, walk out. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from streams.cases.case import Case, Status
from streams.records import Post, Verdict


def case_to_join(post: Post, verdict: Verdict, cases: Iterable[Case], window: timedelta) -> tuple[Case, str] | None:
    """The same conversation first; then, for a problem or an insult, the same brand within `window` of its posts.

    Counted in the time the posts were written, so that a second delivery finds the same case.
    """
    live = sorted(
        (case for case in cases if case.status is not Status.CLOSED),
        key=lambda case: (case.last_post_at, case.id),
        reverse=True,
    )
    for case in live:
        if _same_conversation(post, case):
            return case, "same author, same conversation"
    if not (verdict.has_problem or verdict is Verdict.ABUSE):
        return None
    for case in live:
        near = case.first_post_at - window <= post.created_at <= case.last_post_at + window
        if near and case.brand == post.brand:
            hours = window / timedelta(hours=1)
            return case, f"same author, within {hours:g} h"
    return None


def _same_conversation(post: Post, case: Case) -> bool:
    threads = {*case.conversation_ids, *case.post_ids}
    return post.conversation_id in threads or post.reply_to in case.post_ids
