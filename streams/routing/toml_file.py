"""A TOML file walks in; its values walk out, or every mistake in it with file, line and what was written."""

import difflib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from streams.errors import Misconfigured
from streams.routing.toml_lines import TomlLines

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    #: Where: `("handlers", 1, "skills")`.
    path: tuple[str | int, ...]
    message: str
    #: What was written there, to find its line in a list over many lines.
    value: object = None


class TomlFile:
    def __init__(self, path: Path, text: str, *, error_id: str, docs: str) -> None:
        self._path = path
        self._text = text
        self._lines = TomlLines(text)
        self._error_id = error_id
        self._docs = docs

    def read(self, shape: type[Shape]) -> Shape:
        """The file in this shape. Raises `Misconfigured` with all mistakes."""
        try:
            data = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as wrong:
            raise self._misconfigured([f"{self._path.name}: is not TOML: {wrong}"]) from None
        try:
            return shape.model_validate(data)
        except ValidationError as wrong:
            self.refuse(_mistake(error, shape) for error in wrong.errors())
            raise

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        """Raises `Misconfigured` when there are any."""
        found = sorted((self._lines.of(one.path, one.value), one.message) for one in mistakes)
        if found:
            raise self._misconfigured([f"{self._path.name} line {line}: {message}" for line, message in found])

    def _misconfigured(self, lines: Sequence[str]) -> Misconfigured:
        count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        return Misconfigured(
            "\n  ".join([f"{self._path} has {count}:", *lines]),
            id=self._error_id,
            hint=f"mend the lines named above; every key is explained in {self._docs}",
        )


def did_you_mean(value: object, known: Iterable[str]) -> str:
    """A question with the nearest known word, or what there is; empty when nothing is known."""
    choices = sorted(known)
    begun = [choice for choice in choices if str(value) and choice.startswith(str(value).lower())]
    near = begun or difflib.get_close_matches(str(value).lower(), choices, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(choices)}" if choices else ""


def _mistake(error: object, shape: type[BaseModel]) -> Mistake:
    assert isinstance(error, dict)  # noqa: S101  pydantic's own typed dictionary
    path = tuple(error["loc"])
    value, kind = error["input"], error["type"]
    where = _words(path)
    match kind:
        case "extra_forbidden":
            message = f"{where}: there is no key {path[-1]!r}{did_you_mean(path[-1], _keys_at(shape, path[:-1]))}"
            return Mistake(path=path, message=message)
        case "missing":
            return Mistake(path=path[:-1], message=f"{_words(path[:-1])}: {path[-1]!r} is missing")
        case "enum" | "literal_error":
            known = [word.strip("' ") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
            return Mistake(
                path=path, message=f"{where}: {value!r} is not known{did_you_mean(value, known)}", value=value
            )
        case "value_error":
            return Mistake(path=path, message=f"{where}: {error['ctx']['error']}", value=value)
        case _:
            plain = str(error["msg"]).replace("Input should be", "should be")
            return Mistake(path=path, message=f"{where}: {value!r} {plain}", value=value)


def _words(path: Sequence[str | int]) -> str:
    """The place for people: `handlers[2].languages`, counting from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words or "the file"


def _keys_at(shape: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Keys that may stand at a place: follows the fields of the shape."""
    current = shape
    for part in path:
        if isinstance(part, int) or part not in current.model_fields:
            continue
        inner = _model_in(current.model_fields[part].annotation)
        if inner is not None:
            current = inner
    return list(current.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _model_in(inner)) is not None:
            return found
    return None
