"""Posts and a model walk in, scored posts walk out, with evidence where a problem or hostility was heard."""

from collections.abc import Sequence
from dataclasses import replace

from streams.records import Post, ScoredPost
from streams.sentiment.ports import Model


def scored_posts(model: Model, posts: Sequence[Post], *, explained: bool = True) -> list[ScoredPost]:
    """Score each post; with `explained`, those whose problem or hostility is over its threshold carry evidence."""
    scores = model.score([post.text for post in posts], [post.lang for post in posts])
    if explained:
        problem, hostility = model.thresholds["problem"], model.thresholds["hostility"]
        over = [at for at, one in enumerate(scores) if one.problem >= problem or one.hostility >= hostility]
        found = model.evidence([posts[at].text for at in over], [posts[at].lang for at in over])
        for at, evidence in zip(over, found, strict=True):
            scores[at] = replace(scores[at], evidence=evidence)
    return [ScoredPost(post=post, scores=one) for post, one in zip(posts, scores, strict=True)]
