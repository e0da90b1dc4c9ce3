"""A post and its evidence walk in, the post with the insult taken out walks out.

Only what carried hostility is cut, never what carried the problem; at the joints the signs, capitals and little words
that lost their company are put in order, and nothing else is touched.
"""

import re
from collections.abc import Iterator, Sequence

from streams.records import Evidence
from streams.sentiment.clauses import JOINTS, TAG, Span, apart, ends_in_entity, without_apart

_EMPTY_WORDS = """
you u ya ye your yall y'all you're youre ur are r is were be being been am i i'm such what a an the these those this
that bunch pack of by from for with to at so all just absolute total complete utter hey oi well
sois son eres es sos estáis están ustedes vosotros usted vos tú tu unos unas un una uno los las el la lo qué que vaya
menudo menuda puro pura muy tan de del por con al oye oigan che panda banda
вы ты вам вас тебе тебя это эти этот эта такие такой такая просто какие какой какая ну же вот что за у от эй
vocês você são é uns umas um uma os as o   ihr seid sie sind du bist ein eine   vous êtes des les le
siete sei voi dei degli gli
"""
_ARTICLE_WORDS = "a an the such un una unos unas um uma ein eine des dei такие такой такая"
#: Says nothing once the insult is gone: "you are", "sois unos", "вы", and what calls for attention.
_ORPHANS = JOINTS | frozenset(_EMPTY_WORDS.split())
#: A clause does not end with them.
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
#: A first word and the signs before it take no more letters.
_NEAR = 20
#: Orphans are looked for so many letters from a cut.
_CLAUSE = 100

_STOP = ".!?…。！？"
_PAUSE = ",;:、，–—-"
_SPACE = " \t\r\n"
# Looks for the beginning of a run of signs: a line of a thousand dots is one run, not a thousand.
_FRAGMENT_END = re.compile(rf"(?<![.,;:!?…。！？，、()])[.,;:!?…。！？，、()]++(?=\s|$)|\n|{TAG.pattern}")
_TAG_LAST = re.compile(rf"{TAG.pattern}$")
_HANDLE_LAST = re.compile(r"@[\w.-]*\w$")
_WORD = re.compile(r"\S+")
_FIRST_WORD = re.compile(r"(\S+)\s+")


def plain(text: str, evidence: Sequence[Evidence]) -> str:
    """The text without its hostile stretches; the text itself where there are none, empty where there was nothing else.

    A letter that both the problem and the hostility claim stays.
    """
    problem = _covered(text, evidence, "problem")
    cuts = [at and not kept for at, kept in zip(_covered(text, evidence, "hostility"), problem, strict=True)]
    if not any(cuts):
        return text
    runs = list(_runs(cuts))
    result = ""
    for at, (begin, end) in enumerate(runs):
        following = text[runs[at + 1][0] :].lstrip(_SPACE) if at + 1 < len(runs) else ""
        at_end = following[:1] in _STOP + _PAUSE or TAG.match(following) is not None
        begin, end = _without_orphans(text, begin, end, problem, at_end=at_end)
        if at + 1 < len(runs):
            end = _undangled(text, begin, end, problem, at_end=at_end)
        held = any(problem[begin : begin + _NEAR])
        result = _joined(result, text[begin:end], held=held) if at else text[begin:end]
    result = _bared(result.strip(_SPACE), _PAUSE + _SPACE)
    return result if any(letter.isalnum() for letter in without_apart(result)) else ""


def softened(text: str, evidence: Sequence[Evidence], *, has_problem: bool) -> str | None:
    """`plain`, or None where nothing hostile is marked.

    None as well where the post `has_problem` and no evidence says which words tell it: they might go with the insult.
    """
    heads = {one.head for one in evidence}
    return plain(text, evidence) if "hostility" in heads and ("problem" in heads or not has_problem) else None


def _covered(text: str, evidence: Sequence[Evidence], head: str) -> list[bool]:
    result = [False] * len(text)
    for one in evidence:
        if one.head == head:
            begin, end = max(one.start, 0), min(one.end, len(text))
            result[begin:end] = [True] * max(end - begin, 0)
    return result


def _runs(cuts: Sequence[bool]) -> Iterator[Span]:
    """The stretches that stay, between the cuts; empty ones where a cut begins or ends the text."""
    begin = 0
    for at, cut in enumerate(cuts):
        if cut:
            if begin < at or at == 0:
                yield begin, at
            begin = at + 1
    yield begin, len(cuts)


def _without_orphans(text: str, begin: int, end: int, problem: Sequence[bool], *, at_end: bool) -> Span:
    """The stretch without the parts of a clause beside a cut that say nothing alone.

    Before a cut that is so only `at_end` of a clause: "You idiots broke it" is still about you.
    """
    if end < len(text) and at_end:
        near = max(begin, end - _CLAUSE)
        ends = [one.end() for one in _FRAGMENT_END.finditer(text, near, end) if text[one.end() : end].strip()]
        last = ends[-1] if ends else near
        if (ends or near == begin) and _orphaned(text, last, end) and not any(problem[last:end]):
            end = last
    if begin > 0:
        first = _FRAGMENT_END.search(text, begin, begin + _CLAUSE)
        stop = first.start() if first else end
        if stop - begin <= _CLAUSE and _orphaned(text, begin, stop) and not any(problem[begin:stop]):
            begin = stop
    return begin, end


def _orphaned(text: str, begin: int, end: int) -> bool:
    said = text[begin:end].split()
    return bool(said) and all(word.strip("\"'«»“”").lower() in _ORPHANS for word in said)


def _undangled(text: str, begin: int, end: int, problem: Sequence[bool], *, at_end: bool) -> int:
    """Where the stretch ends without last words that wait for others: articles; with nothing to come, "and you are"."""
    begin = max(begin, end - _CLAUSE)
    result = end
    for word in reversed([one.span() for one in _WORD.finditer(text, begin, end)]):
        said = text[slice(*word)].lower()
        if any(problem[slice(*word)]) or said not in _ORPHANS:
            break
        if (end == result and said in _ARTICLES) or (at_end and said in JOINTS):
            result = word[0]
    return result


def _joined(before: str, after: str, *, held: bool) -> str:
    """Two stretches with one sign between them, the stronger of those that stood at either side of the cut.

    A joint that would begin a sentence goes, unless it is `held`: the problem's.
    """
    rest = after.lstrip(_STOP + _PAUSE + _SPACE + ")\"'»”")
    bare = _bared(before, _PAUSE + _SPACE + "(\"'«“")
    signs = before[len(bare) :] + after[: len(after) - len(rest)]
    if (tag := _TAG_LAST.search(bare)) and not tag[0].startswith("</"):
        bare, rest = _without_empty(bare, rest)
    stop = next((sign for sign in signs if sign in _STOP), "")
    if stop and signs[:1] in tuple(_PAUSE):
        stop = "."  # that cry was the insult's
    if _HANDLE_LAST.search(bare) or _TAG_LAST.search(bare):
        stop = ""
    ended = bare[-1:] in _STOP if bare else True
    if not rest:
        return bare if ended else bare + stop
    gap = "\n" if "\n" in signs else " "
    if not bare:
        return _begun(rest, held)
    if ended or stop:
        return (bare if ended else bare + stop) + gap + _begun(rest, held)
    pause = next((sign for sign in signs if sign in ",;:、，"), "")
    return bare + ("" if _HANDLE_LAST.search(bare) or rest[0] == "@" or gap == "\n" else pause) + gap + rest


def _bared(text: str, signs: str) -> str:
    """The text without these at its end; the semicolon of an entity stays."""
    bare = text.rstrip(signs)
    return f"{bare};" if text[len(bare) :].startswith(";") and ends_in_entity(f"{bare};") else bare


def _without_empty(before: str, after: str) -> tuple[str, str]:
    """Without the tags that have nothing between them any more."""
    while (first := _TAG_LAST.search(before)) and (last := TAG.match(after)):
        name = first[0][1:-1].split()[0]
        if last[0] != f"</{name}>":
            break
        before, after = before[: first.start()], after[last.end() :]
    return before, after


def _begun(text: str, held: bool) -> str:
    """The beginning of a sentence: no joint, a capital unless it is a link."""
    first = _FIRST_WORD.match(text)
    if first and first[1] in JOINTS and not held:
        text = text[first.end() :]
        first = _FIRST_WORD.match(text)
    return text if apart(first[1] if first else text) else text[:1].upper() + text[1:]
