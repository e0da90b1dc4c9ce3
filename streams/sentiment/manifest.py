"""A model folder walks in, what it says of itself walks out, with every file verified."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.errors import Misconfigured
from streams.sentiment.heads import COLUMNS, THRESHOLDS

FILE = "manifest.toml"
#: Layout of the manifest; grows when an old reader could not read it.
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    name: str
    version: str
    kind: str
    languages: tuple[str, ...]
    thresholds: Mapping[str, float]
    #: What only models of this kind say: the table `[<kind>]`.
    own: Mapping[str, object]
    #: SHA-256 by file name.
    files: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """Name and the first 8 digits of a hash over all files and thresholds.

        Two models never share it where nothing else decides what they say; else they go by `name_with`.
        """
        said = "".join(f"{key}={value};" for key, value in sorted((self.files | self.thresholds).items()))  # type: ignore[operator]
        return f"{self.name}@{hashlib.sha256(said.encode()).hexdigest()[:8]}"

    def name_with(self, *parts: str) -> str:
        """Like `full_name`, with a hash over the kind's own table too, and over `parts` that lie elsewhere."""
        whole = json.dumps([self.full_name, self.own, parts], sort_keys=True, default=str)
        return f"{self.name}@{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def read(folder: Path) -> Manifest:
    """Read and verify `folder`; raises Misconfigured saying which line or file is wrong."""
    path = folder / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _wrong(f"there is no model in {folder}: {FILE} is missing") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _wrong(f"{path} cannot be read: {error}") from None
    try:
        manifest = _manifest(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(f"{path} lacks a value or has a wrong one: {error}") from None
    if raw["schema"] != SCHEMA:
        raise _wrong(f"{path} has schema {raw['schema']}, this version reads {SCHEMA}")
    if tuple(raw["heads"]) != COLUMNS:
        raise _wrong(
            f"{path} names the heads {', '.join(map(str, raw['heads']))}; this version needs {', '.join(COLUMNS)}"
        )
    if missing := [name for name in THRESHOLDS if name not in manifest.thresholds]:
        raise _wrong(f"{path} states no threshold for {', '.join(missing)}")
    for name, expected in manifest.files.items():
        _verify(folder / name, expected)
    return manifest


def _manifest(raw: Mapping[str, object]) -> Manifest:
    match raw:
        case {
            "schema": int(),
            "name": str(name),
            "version": str(version),
            "kind": str(kind),
            "heads": list(),
            "languages": list(languages),
            "thresholds": dict(thresholds),
            "files": dict(files),
        } if isinstance(own := raw.get(kind, {}), dict):
            return Manifest(
                name=name,
                version=version,
                kind=kind,
                languages=tuple(map(str, languages)),
                thresholds={str(key): _threshold(key, value) for key, value in thresholds.items()},
                own=own,
                files={str(key): str(value) for key, value in files.items()},
            )
    wanted = "schema, name, version, kind, heads, languages, thresholds, files"
    raise ValueError(f"it must hold {wanted}")


def _threshold(key: str, value: float) -> float:
    if key == "undecided":  # no threshold but the width of a band, as in the settings
        if not 0 <= value < 0.5:
            raise ValueError(f"undecided is {value}, not at least 0 and less than 0.5")
    elif not 0 < value < 1:
        raise ValueError(f"threshold {key} is {value}, not between 0 and 1")
    return float(value)


def _verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise _wrong(f"{path} is named in the manifest and missing")
    try:
        found = digest(path)
    except OSError as error:
        raise _wrong(f"{path} cannot be read: {error.strerror}") from None
    if found != expected:
        raise _wrong(f"{path} is damaged: its SHA-256 is {found[:12]}..., the manifest says {expected[:12]}...")


def need(folder: Path, said: Manifest, names: Iterable[str]) -> None:
    """Raises Misconfigured where the manifest in `folder` does not list one of `names`: nobody has verified it."""
    if missing := [name for name in names if name not in said.files]:
        raise _wrong(f"{folder / FILE} lists no checksum of {', '.join(missing)}")


def parsed_json(path: Path) -> object:
    """What a JSON file of a model holds; raises Misconfigured where that cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _wrong(f"{path} cannot be read: {error}") from None


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(
        message, id="HO-MODEL", hint="install the model again, or name another with `--model` or the setting `model`"
    )
