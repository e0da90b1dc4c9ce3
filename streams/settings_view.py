"""Settings as people read them: TOML with each setting's words above it. Secrets come out masked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from streams.settings import Settings


def as_toml(settings: Settings, *, changed_only: bool = False) -> str:
    """The settings in force; `changed_only` leaves out what stands at its default."""
    lines = [f"# {settings.home}"]
    lines.extend(_section(settings, type(settings)(home=settings.home), "", changed_only))
    return "\n".join(lines) + "\n"


def _section(section: BaseModel, default: BaseModel | None, path: str, changed_only: bool) -> Iterator[str]:
    later: list[str] = []
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        usual = getattr(default, name, None)
        if name == "home" or (changed_only and default is not None and value == usual):
            continue
        where = f"{path}.{name}" if path else name
        if isinstance(value, BaseModel):
            inner = list(_section(value, usual, where, changed_only))
            if inner:
                later.extend(["", f"[{where}]", *inner])
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for entry in value:
                later.extend(["", f"[[{where}]]", *_section(entry, None, where, changed_only)])
        else:
            if field.description:
                yield f"# {field.description}"
            yield f"# {name} =" if value is None else f"{name} = {_value(value)}"
    yield from later


def _value(value: Any) -> str:
    match value:
        case SecretStr():
            return '"********"'
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case tuple():
            return "[" + ", ".join(_value(item) for item in value) + "]"
        case Path():
            return json.dumps(str(value), ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False)
