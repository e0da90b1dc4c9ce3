"""Corrections put in order: one of each post, a fifth held out."""

from streams.records import Verdict
from streams.sentiment.corrections import corrections, split
from streams.sentiment.labels import Labelled, Labels, implied


def said(text: str, **labels: str | bool) -> Labelled:
    return Labelled(name=text, text=text, lang="en", labels=labels)


def test_only_what_follows_from_a_verdict_is_taken_from_it() -> None:
    """A hostile problem may be constructive or not; what was said besides stands."""
    (post,) = corrections([said("x", verdict="hostile_problem", constructive=True)]).posts
    assert {name: post.labels.get(name) for name in ("problem", "hostile", "constructive", "sentiment")} == {
        "problem": True,
        "hostile": True,
        "constructive": True,
        "sentiment": None,
    }
    follows: dict[Verdict, Labels] = {verdict: implied(verdict) for verdict in Verdict}
    assert all(labels["problem"] == verdict.has_problem for verdict, labels in follows.items())
    assert [verdict for verdict, labels in follows.items() if labels["hostile"]] == ["hostile_problem", "abuse"]


def test_copies_are_one_post() -> None:
    """Another case, link, handle or blank makes no other post; what each says is put together."""
    one, other = "@a Broken again https://x.example/1", "@b  BROKEN again https://x.example/2"
    found = corrections([said(one, problem=True), said(other, hostile=False)])
    assert [dict(post.labels) for post in found.posts] == [{"problem": True, "hostile": False}]
    assert (found.again, found.contradicting) == (1, 0)


def test_people_who_disagree_teach_nothing() -> None:
    """Both lines are left out, and counted."""
    found = corrections([said("broken", problem=True), said("Broken", problem=False), said("fine", problem=False)])
    assert [post.text for post in found.posts] == ["fine"]
    assert (found.again, found.contradicting) == (0, 2)


def test_a_fifth_of_each_kind_is_held_out_whatever_the_order() -> None:
    """Rare kinds have their share; the split follows from the texts, not from the order of the lines."""
    posts = [said(f"broken {n}", problem=True) for n in range(10)] + [
        said(f"hello {n}", problem=False) for n in range(91)
    ]
    one, other = split(corrections(posts)), split(corrections(posts[::-1]))
    assert (one.learn, one.held_out) == (other.learn, other.held_out)
    assert sum(bool(post.labels["problem"]) for post in one.held_out) == 2
    assert sum(not post.labels["problem"] for post in one.held_out) == 19
    assert {post.text for post in one.learn} | {post.text for post in one.held_out} == {post.text for post in posts}
    assert len(one.learn) + len(one.held_out) == len(posts)
