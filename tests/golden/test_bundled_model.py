"""The bundled model on posts written for it: contrast pairs it must tell apart."""

import json
from pathlib import Path

import pytest

from streams.sentiment.load import load

POSTS = [
    json.loads(line) for line in Path(__file__).with_name("contrasts.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def model():  # type: ignore[no-untyped-def]
    return load()


@pytest.mark.parametrize("post", POSTS, ids=[f"{post['lang']}: {post['about']}" for post in POSTS])
def test_a_contrast_is_heard(model, post) -> None:  # type: ignore[no-untyped-def]
    """Problem and hostility are each on their side of the model's own thresholds."""
    (scores,) = model.score([post["text"]], [post["lang"]])
    assert (scores.problem >= model.thresholds["problem"]) == post["problem"], scores
    assert (scores.hostility >= model.thresholds["hostility"]) == post["hostile"], scores


@pytest.mark.parametrize("lang", ["en", "es", "ru"])
def test_an_insult_raises_hostility_and_keeps_the_problem(model, lang: str) -> None:  # type: ignore[no-untyped-def]
    """The same problem with and without insult: hostility rises much, the problem stays heard."""
    calm, furious = (
        model.score([post["text"]], [lang])[0]
        for about in ("a problem told calmly", "the same problem with insult")
        for post in POSTS
        if post["lang"] == lang and post["about"] == about
    )
    assert furious.hostility > calm.hostility + 0.2
    assert min(calm.problem, furious.problem) >= model.thresholds["problem"]


def test_evidence_of_a_hostile_problem_tells_both_apart(model) -> None:  # type: ignore[no-untyped-def]
    """The strongest words of the insult are the insult, and what went wrong is among the words of the problem."""
    text = "@bank my card was charged twice on Monday and your app is down, you are all fucking idiots"
    (found,) = model.evidence([text], ["en"])
    said = {
        head: " ".join(text[one.start : one.end] for one in found if one.head == head)
        for head in ("problem", "hostility")
    }
    assert "idiots" in said["hostility"]
    assert "charged" in said["problem"]
