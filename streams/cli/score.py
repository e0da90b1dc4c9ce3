"""`hearout score`: posts as JSON lines walk in, their scores as JSON lines walk out, in order, as fast as they come."""

import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import IO, Any

import click

from streams.cases.severity import severity
from streams.cases.triage import Thresholds, heads_said, triage
from streams.cli.options import FAILED, err, plainly
from streams.errors import Refused
from streams.ingest.language import language_of
from streams.records import Post, ScoredPost
from streams.sentiment.hear import scored_posts
from streams.sentiment.load import FIRST, load
from streams.sentiment.plain import softened
from streams.sentiment.ports import Model
from streams.sentiment.vocabulary import with_vocabulary
from streams.settings import TriageSettings

# What one read brings is one batch: a slow pipe is answered line by line, a file in pieces of some hundred posts.
_READ = 1 << 17
#: A line longer than this is refused rather than kept in memory.
_LONGEST_LINE = 4 << 20
_LOW_RATING = TriageSettings().low_rating
#: Stars nobody gives more of; none at all is how some say the worst.
_MOST_STARS = 5
_UNIX_START = datetime.fromtimestamp(0, UTC)


@click.command("score", short_help="Score posts: JSON lines in, JSON lines out.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--model", "model_name", default=FIRST, show_default=True, help="A bundled model, or a model folder.")
@click.option("--no-cascade", is_flag=True, help="Send every post to the encoder; slower.")
@click.option("--product", "products", multiple=True, metavar="NAME", help="A name whose words say nothing (War Zone).")
@click.option("--no-evidence", is_flag=True, help="Leave out the words that carried the scores.")
@click.option("--skip-bad", is_flag=True, help="Exit with status 0 although some lines could not be read.")
@plainly
def score(
    files: tuple[str, ...],
    model_name: str,
    no_cascade: bool,
    products: tuple[str, ...],
    no_evidence: bool,
    skip_bad: bool,
) -> None:
    """Score the posts in FILES (or standard input): one JSON object a line, with at least `text`.

    Prints one line for each, in order: id, lang, sentiment, hostility, problem, constructiveness, emotionality,
    verdict, undecided, severity, evidence, plain, model. `plain` is the post with the insult taken out, null where none
    was found or the problem cannot be told from it. Also read: lang, rating, aspects, reach. Bad lines are named on
    standard error.

    \b
    Example:
      echo '{"id": "1", "text": "You lost my bag AGAIN, pathetic idiots"}' | hearout score
      hearout score posts.jsonl | jq 'select(.verdict == "hostile_problem")'
    """
    model = with_vocabulary(load(model_name, cascade=not no_cascade), products)
    thresholds = thresholds_of(model)
    bad = 0
    try:
        for name in files or ("-",):
            with click.open_file(name, "rb") as stream:
                for start, lines in _batches(stream):
                    posts, wrong = _posts(lines, start)
                    for number, reason in wrong:
                        err.print(
                            f"{'standard input' if name == '-' else name} line {number}: {reason}",
                            markup=False,
                            soft_wrap=True,
                        )
                    bad += len(wrong)
                    sys.stdout.buffer.write(
                        b"".join(
                            _line(one, thresholds)
                            for one in scored_posts(
                                model, posts, explained=not no_evidence, said=partial(heads_said, thresholds=thresholds)
                            )
                        )
                    )
                    sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Who read us has enough. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if bad and not skip_bad:
        sys.exit(FAILED)


def _batches(stream: IO[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """The whole lines of each read, with the number of the first."""
    number, rest = 1, b""
    while piece := getattr(stream, "read1", stream.read)(_READ):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise Refused(
                f"line {number + len(lines)} is longer than {_LONGEST_LINE >> 20} MB; is this a file of JSON lines?"
            )
        if lines:
            yield number, lines
            number += len(lines)
    if rest:
        yield number, [rest]


def _posts(lines: Sequence[bytes], start: int) -> tuple[list[Post], list[tuple[int, str]]]:
    posts: list[Post] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start):
        if not line.strip():
            continue
        try:
            posts.append(_post(json.loads(line), number))
        except Refused as error:
            wrong.append((number, str(error)))
        except (ValueError, RecursionError) as error:
            wrong.append((number, f"no JSON: {error}"))
    return posts, wrong


def _post(raw: Any, number: int) -> Post:
    if not isinstance(raw, dict):
        raise Refused("a JSON object is needed on each line")
    rating, aspects, text = _stars(raw.get("rating")), _aspects(raw.get("aspects")), raw.get("text")
    if text is None and (rating is not None or aspects):
        text = ""
    if not isinstance(text, str):
        raise Refused("the post has no `text`" if text is None else "`text` must be a string")
    name = raw.get("id")
    reach = raw.get("reach")
    return Post(
        id=str(number if name is None else name),
        source="file",
        author="",
        text=text,
        created_at=_UNIX_START,
        heard_at=_UNIX_START,
        lang=language_of(text, raw.get("lang")),
        rating=rating,
        aspects=aspects,
        reach=reach if isinstance(reach, int) else None,
    )


def _stars(raw: Any) -> float | None:
    if raw is None or raw == "":
        return None
    try:
        stars = math.nan if isinstance(raw, bool) else float(raw)
    except (TypeError, ValueError, OverflowError):
        stars = math.nan
    if not 0 <= stars <= _MOST_STARS:
        raise Refused(f"the rating {raw!r:.60} is not a number from 0 to {_MOST_STARS}")
    return stars


def _aspects(raw: Any) -> dict[str, float]:
    if not raw:
        return {}
    if not isinstance(raw, dict):
        raise Refused("`aspects` must be an object of names and stars")
    return {str(name): stars for name, value in raw.items() if (stars := _stars(value)) is not None}


def _line(scored: ScoredPost, thresholds: Thresholds) -> bytes:
    post, scores = scored.post, scored.scores
    found = triage(post, scores, thresholds, low_rating=_LOW_RATING)
    said = {
        "id": post.id,
        "lang": post.lang,
        "sentiment": {
            "negative": scores.sentiment.negative,
            "neutral": scores.sentiment.neutral,
            "positive": scores.sentiment.positive,
        },
        "hostility": scores.hostility,
        "problem": scores.problem,
        "constructiveness": scores.constructiveness,
        "emotionality": scores.emotionality,
        "verdict": found.verdict.value,
        "undecided": found.undecided,
        "severity": severity(verdict=found.verdict, post=post, scores=scores),
        "evidence": [
            {
                "head": one.head,
                "start": one.start,
                "end": one.end,
                "text": post.text[one.start : one.end],
                "weight": one.weight,
            }
            for one in scores.evidence
        ],
        "plain": softened(post.text, scores.evidence, has_problem=found.verdict.has_problem),
        "model": scores.model,
    }
    try:
        return json.dumps(said, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a character in the post: JSON can still say it escaped
        return json.dumps(said).encode() + b"\n"


def thresholds_of(model: Model) -> Thresholds:
    """The model's own lines, as triage wants them."""
    lines = model.thresholds
    return Thresholds(
        problem=lines["problem"],
        hostility=lines["hostility"],
        constructiveness=lines["constructiveness"],
        positive=lines["positive"],
        undecided=lines.get("undecided", 0.0),
    )
