"""TOML text walks in; the line of each key walks out, so that a mistake can be pointed at.

`tomllib` reads values and forgets where they stood. This reads only where keys stand: the file has been
read by `tomllib` already, so it is known to be TOML.
"""

import re
from collections.abc import Sequence

#: Keys and positions in lists: `("handlers", 1, "languages")`.
Path = tuple[str | int, ...]

_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]")
_ENTRY = re.compile(rf"^\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_STRING = re.compile(r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*')


class TomlLines:
    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at = _key_lines(text)

    def of(self, path: Sequence[str | int], value: object = None) -> int:
        """The line, from 1, of a key or of the nearest thing around it; of `value` where its list spans lines."""
        known = tuple(path)
        while known and known not in self._at:
            known = known[:-1]
        line = self._at.get(known, 1)
        if value is None or not known:
            return line
        written = (f'"{value}"', f"'{value}'") if isinstance(value, str) else (str(value),)
        later = [at for at in self._at.values() if at > line]
        for number in range(line, min(later, default=len(self._lines) + 1)):
            if any(text in self._lines[number - 1] for text in written):
                return number
        return line


def _key_lines(text: str) -> dict[Path, int]:
    at: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth = 0
    for number, line in enumerate(_without_strings(text).splitlines(), start=1):
        if depth == 0 and (header := _HEADER.match(line)):
            table = _header_path(_keys(header.group(2)), counts, is_list=header.group(1) == "[[")
            at[table] = number
            continue
        if depth == 0 and (entry := _ENTRY.match(line)):
            keys = _keys(entry.group(1))
            for end in range(1, len(keys) + 1):
                at.setdefault((*table, *keys[:end]), number)
        depth += sum(line.count(bracket) for bracket in "[{") - sum(line.count(bracket) for bracket in "]}")
    return at


def _header_path(keys: list[str], counts: dict[Path, int], *, is_list: bool) -> Path:
    """The path a header opens; inside a list of tables it is the latest one."""
    path: Path = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if is_list and place == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, dotted)]


def _without_strings(text: str) -> str:
    """The same lines with brackets inside strings and comments gone; quoted keys stay."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        if re.fullmatch(r"[\"'][\w .-]*[\"']", found):
            return found
        return '""' + "\n" * found.count("\n")

    return _STRING.sub(blank, text)
