"""Posts and a model walk in, scored posts walk out, with evidence where a problem or hostility was heard."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from streams.records import Post, ScoredPost, Scores
from streams.sentiment import heads
from streams.sentiment.ports import Model, Said


def scored_posts(
    model: Model, posts: Sequence[Post], *, explained: bool = True, said: Callable[[Scores], Said] | None = None
) -> list[ScoredPost]:
    """Score each post; with `explained`, each carries evidence for the heads that its scores have `said`.

    Without `said` those are the heads over the thresholds of the model.
    """
    scores = model.score([post.text for post in posts], [post.lang for post in posts])
    if explained:
        loud = [said(one) if said else heads.over(one, model.thresholds) for one in scores]
        over = [at for at, own in enumerate(loud) if own]
        texts, langs = [posts[at].text for at in over], [posts[at].lang for at in over]
        for at, evidence in zip(over, model.evidence(texts, langs, [loud[at] for at in over]), strict=True):
            scores[at] = replace(scores[at], evidence=evidence)
    return [ScoredPost(post=post, scores=one) for post, one in zip(posts, scores, strict=True)]
