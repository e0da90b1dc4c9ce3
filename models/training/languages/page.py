"""Posts and everybody's answers walk in; a page for people walks out."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from models.training.languages.gather import LAST, LENGTHS, UNKNOWN, Post
from models.training.languages.judge import NINE, f1, judge
from models.training.languages.rivals import OURS

Answers = Mapping[str, Sequence[str]]
#: A line of a table is left out below this many posts: it would say nothing.
_FEW = 10

_OPENING = """# Languages

Each post gets the ISO 639-1 code of its language, or `und` when that is not sure: an honest "don't know" costs less
than a wrong answer. Links, handles, hashtags, numbers and emoji are not looked at. Russian, Hindi and Arabic are known
in Latin letters too when the words are everyday ones (`vy idioty gde moya posylka` is `ru`).

Measured on posts that are hard: short, full of handles, links, hashtags, emoji and capitals, transliterated, mixed.
{counts}. Half of them,
by a hash of the text, were for choosing; the numbers below are of the other half.

- *right*: of all posts; `und` is right only where nothing is said in any language (a name, a link, an emoji)
- *macro-F1*: mean over en, es, ru, pt, de, fr, it, hi, ar
- *und*: of the posts that are in some language, how many got `und`
- *right when answered*: of the posts that did not get `und`

`python -m models.training.languages --data DIR` measures anew and writes this page. How a post's true language is
known, and which rows are left out or count as `und`, is told in `models/training/languages/gather.py`. Where a set
calls a row by the wrong language it stays wrong here, so nothing can reach 100.

Two warnings. The posts written for this purpose and the Hindi rows in Latin letters were read by the one who wrote the
words down, the reported half too; *read last* are Hindi rows that were first read when the words were final, and all of
them are reported. And the public sets hold hardly any language beyond the nine, so that of others little is known here.
"""


def page(posts: Sequence[Post], answers: Answers, speeds: Mapping[str, float]) -> str:
    """The whole page; `speeds` are posts per second, on one core."""
    own = sum(post.kind not in ("public", LAST) for post in posts)
    counts = f"{len(posts):,} posts: {len(posts) - own:,} of public sets and {own} written for this purpose"
    kept = [at for at, post in enumerate(posts) if post.held_out]
    posts = [posts[at] for at in kept]
    answers = {way: [said[at] for at in kept] for way, said in answers.items()}
    parts = [
        _OPENING.format(counts=counts),
        *_overall(posts, answers, speeds),
        *_table("By length", LENGTHS, lambda name: lambda post: post.length == name, posts, answers),
        *_table("By what is in them", _TRAITS, lambda name: lambda post: name in post.traits, posts, answers),
        *_table("By origin", _KINDS, lambda name: lambda post: post.kind == name, posts, answers),
        *_by_language(posts, answers),
        "",
    ]
    return "\n".join(parts)


_TRAITS = ("handle", "link", "hashtag", "emoji", "capitals")
_KINDS = ("public", LAST, "plain", "mixed", "transliterated", "nothing to tell by")


def _overall(posts: Sequence[Post], answers: Answers, speeds: Mapping[str, float]) -> Iterator[str]:
    yield from ("| | right | macro-F1 | und | right when answered | posts a second |", "|---|---:|---:|---:|---:|---:|")
    for way, said in answers.items():
        got = judge(posts, said)
        yield (
            f"| {way} | {got.accuracy:.1%} | {100 * got.macro_f1:.1f} | {got.silent:.1%} | {got.when_answered:.1%} "
            f"| {speeds[way]:,.0f} |"
        )


def _table(
    title: str,
    names: Sequence[str],
    chosen: Callable[[str], Callable[[Post], bool]],
    posts: Sequence[Post],
    answers: Answers,
) -> Iterator[str]:
    others = [way for way in answers if way != OURS]
    yield from (
        "",
        f"## {title}",
        "",
        f"| | posts | right | und | right when answered | {' | '.join(f'{way}: right' for way in others)} |",
    )
    yield f"|---|---:|---:|---:|---:|{'---:|' * len(others)}"
    for name in names:
        at = [place for place, post in enumerate(posts) if chosen(name)(post)]
        if len(at) < _FEW:
            continue
        got = {
            way: judge([posts[place] for place in at], [said[place] for place in at]) for way, said in answers.items()
        }
        ours = got[OURS]
        rest = " | ".join(f"{got[way].accuracy:.1%}" for way in others)
        yield f"| {name} | {ours.posts} | {ours.accuracy:.1%} | {ours.silent:.1%} | {ours.when_answered:.1%} | {rest} |"


def _by_language(posts: Sequence[Post], answers: Answers) -> Iterator[str]:
    names = (*NINE, *sorted({lang for post in posts for lang in post.langs} - {*NINE, UNKNOWN}), UNKNOWN)
    yield from _table("By language", names, lambda name: lambda post: post.langs[0] == name, posts, answers)
    yield from ("", "F1, which counts false answers too:", "", f"| | {' | '.join(answers)} |")
    yield f"|---|{'---:|' * len(answers)}"
    for name in (*NINE, UNKNOWN):
        scores = (f1(name, posts, said) for said in answers.values())
        yield f"| {name} | {' | '.join('' if score is None else f'{100 * score:.1f}' for score in scores)} |"
