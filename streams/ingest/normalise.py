"""What a network says walks in; clean text, aware UTC times and stable keys walk out.

Pure: no network, no clock. Texts stay texts: whoever shows them escapes them, nothing here makes them safe as HTML.
"""

import html
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from streams.tags import BREAKING, INLINE, tags

#: Of what a network says so much is looked at: HTML is longer than the text in it, and 1 MB must not stall a source.
MAX_RAW = 200_000
#: Longer texts are cut here: what went wrong is said long before, and one post must not stall a batch.
MAX_TEXT = 20_000
#: Handles and names on every network we know are far shorter.
MAX_NAME = 200

#: Nothing we hear is older: the first review sites opened about then, and 1970 is how a broken clock says "no idea".
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
#: Clocks of phones run ahead; more than this is no clock but a mistake.
AHEAD = timedelta(days=1)

_PLAIN = re.compile(r"[!-%'-;=-~]+(?: [!-%'-;=-~]+)*")
_BREAK = re.compile(tags(BREAKING), re.IGNORECASE)
_INLINE = re.compile(tags(INLINE), re.IGNORECASE)
# What nobody sees, and where it ends.
_UNSEEN = re.compile(r"<(?:(?P<comment>!--)|(?P<script>script)\b|(?P<style>style)\b)", re.IGNORECASE)
_ENDS = {
    "comment": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}
# No character has such a number, and Python refuses to read it.
_NO_CHARACTER = re.compile("&#[0-9]{100,};?")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, zero-width and bidirectional marks, soft hyphens, noncharacters: they hide words from people and machines.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
# The flags of England, Scotland and Wales are a black flag and invisible letters; these letters stay.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,6}\U000e007f")
_JOINER = re.compile("[\u200c\u200d]")
_JOINING_SCRIPT = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua840-\ua87f\ufb50-\ufdff\ufe70-\ufeff]"
)
_EMOJI = re.compile("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff]")
_STACKED = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")
# Signs in a row, marks among them: putting many marks in order takes the square of their number.
_SIGNS = re.compile(r"[^\w\s\x00-\x7f]{32,}")
#: Marks one letter may bear; Unicode's "stream-safe" text has as many.
_MOST_MARKS = 30
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
_SPACES = re.compile("[^\\S\n]+")
_AROUND_LINE = re.compile(" ?\n ?")
_BLANK_LINES = re.compile("\n{3,}")


def clean_text(raw: str | bytes) -> str:
    """Return the text a reader saw, in NFC, at most `MAX_TEXT` characters.

    Bytes are UTF-8, wrong ones become U+FFFD, as do lone surrogates. HTML tags go and entities are opened, once.
    Control, zero-width and bidirectional characters go; joiners stay where emoji or scripts need them. Runs of
    spaces become one, of blank lines one, ends are trimmed. What stands behind `MAX_RAW` characters is not looked at.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = text[:MAX_RAW]
    if "<" in text:
        text = _INLINE.sub("", _BREAK.sub("\n", _without_unseen(text)))
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\ufffd", text))
    return clean_plain(text)


def clean_plain(text: str) -> str:
    """Like `clean_text`, for networks that carry plain text, where `<br>` and `&amp;` are what somebody typed."""
    if _PLAIN.fullmatch(text) and len(text) <= MAX_TEXT:
        return text
    text = text[:MAX_RAW]
    text = _HIDDEN.sub("", text) if text.isascii() else _without_hidden(text)
    text = _SPACES.sub(" ", _LINE_END.sub("\n", text))
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", _AROUND_LINE.sub("\n", text))
    text = text.strip()
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT].rstrip()


def _without_unseen(text: str) -> str:
    """Comments, scripts and styles become a blank; one that does not end stays.

    Each character is looked at once: an end that is missing behind one of them is missing behind the next as well.
    """
    parts: list[str] = []
    done = at = 0
    endless: set[str | None] = set()
    while found := _UNSEEN.search(text, at):
        kind, at = found.lastgroup, found.end()
        if kind in endless:
            continue
        inside = at if kind == "comment" else text.find(">", at) + 1
        if end := _ENDS[str(kind)].search(text, inside) if inside else None:
            parts.append(text[done : found.start()])
            done = at = end.end()
        else:
            endless.add(kind)
    return " ".join([*parts, text[done:]])


def _without_hidden(text: str) -> str:
    if _SURROGATE.search(text):
        # Joins halves that belong together, replaces the lonely.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "\U000e007f" in text:
        flags = _FLAG.findall(text)
        text = "".join(part + flag for part, flag in zip(map(_bare, _FLAG.split(text)), [*flags, ""], strict=True))
    else:
        text = _bare(text)
    text = _SIGNS.sub(_unpiled, _STACKED.sub(r"\1", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _unpiled(found: re.Match[str]) -> str:
    """Return the signs with no more marks in a row than `_MOST_MARKS`."""
    kept, pile = [], 0
    for sign in found[0]:
        pile = pile + 1 if unicodedata.combining(sign) else 0
        if pile <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _bare(text: str) -> str:
    return _JOINER.sub(_needed_joiner, _HIDDEN.sub("", text))


def _needed_joiner(found: re.Match[str]) -> str:
    """Return the joiner where it changes what is read: between emoji, inside Arabic and Indic words."""
    text, at = found.string, found.start()
    if at == 0 or at + 1 == len(text):
        return ""
    before, after = text[at - 1], text[at + 1]
    if _JOINING_SCRIPT.match(before) and _JOINING_SCRIPT.match(after):
        return found[0]
    return found[0] if found[0] == "\u200d" and _EMOJI.match(before) and _EMOJI.match(after) else ""


def clean_name(raw: str) -> str:
    """Return a name or handle on one line, at most `MAX_NAME` characters."""
    return " ".join(clean_plain(raw[: 4 * MAX_NAME]).split())[:MAX_NAME].rstrip() if raw else ""


def author_key(raw: str, native_id: str) -> str:
    """Return who wrote it: the handle without `@`; a post without author is by `anonymous:<native-id>`."""
    return clean_name(raw).removeprefix("@").strip() or f"anonymous:{native_id}"


def parse_time(raw: object) -> datetime:
    """Return aware UTC. Raises `ValueError` when it is no time.

    Takes RFC 3339 and ISO 8601, RFC 2822, `22.11.2026 18:30`, `2026/11/22 18:30`, the old Twitter form, and seconds,
    milliseconds, microseconds or nanoseconds since 1970, as numbers or digits. Without a zone it is UTC.
    """
    if isinstance(raw, datetime):
        return _utc(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _from_epoch(raw)
    if not isinstance(raw, str) or len(raw) > 64:
        raise ValueError("is no time")
    text = raw.strip()
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    for read in (datetime.fromisoformat, _from_form, parsedate_to_datetime):
        try:
            return _utc(read(text))
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    raise ValueError("is no time")


def credible_time(claimed: datetime, heard: datetime, *, apart: timedelta | None = None) -> datetime:
    """Return `claimed` where it can be true, else `heard`.

    Not before `OLDEST`, not later than `heard` by more than `AHEAD`; with `apart`, not further from `heard` either way.
    """
    if claimed < OLDEST or claimed > heard + AHEAD:
        return heard
    return heard if apart is not None and abs(claimed - heard) > apart else claimed


_EPOCH = re.compile(r"[0-9]{9,19}(?:\.[0-9]{1,9})?")
_FORMS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
          "%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %z")  # fmt: skip


def _from_form(text: str) -> datetime:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  (the caller makes it aware)
        except ValueError:
            continue
    raise ValueError("is no time")


def _from_epoch(number: float) -> datetime:
    """Seconds up to the year 5138, then milliseconds, microseconds, nanoseconds."""
    size = abs(number)
    unit = 1 if size < 1e11 else 1e3 if size < 1e14 else 1e6 if size < 1e17 else 1e9
    try:
        return datetime.fromtimestamp(number / unit, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("is no time") from None


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
