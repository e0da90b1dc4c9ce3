"""What was learned from corrections walks in, a model folder walks out that the loader accepts."""

import json
import os
from pathlib import Path

from streams.sentiment import adjusted, adjustment, load, manifest
from streams.sentiment.adjustment import Adjustment
from streams.sentiment.heads import COLUMNS
from streams.sentiment.refit import Learned

#: What was measured, for people; no part of the model.
CARD = "CARD.md"


def write(folder: Path, learned: Learned, *, base: str, corrects: str, name: str, card: str) -> None:
    """Make `folder`, with a model that corrects `base`, a bundled name or a path; raises FileExistsError.

    Thresholds and languages stay those of the base. `corrects` is the name of the base once opened, `name` what the
    model calls itself.
    """
    place = load.find(base)
    said = manifest.read(place)
    folder.mkdir(parents=True)
    maps = adjustment.told(Adjustment(base=corrects, maps=learned.maps))
    path = folder / adjusted.MAPS
    path.write_text(json.dumps(maps, indent=1) + "\n", encoding="utf-8")
    where = base if load.bundled(base) else os.path.relpath(place.resolve(), folder.resolve())
    lines = [
        f"schema = {manifest.SCHEMA}",
        f"name = {_string(name)}",
        f"version = {_string(said.version)}",
        f"kind = {_string(adjusted.KIND)}",
        f"heads = {json.dumps(list(COLUMNS))}",
        f"languages = [{', '.join(map(_string, said.languages))}]",
        "",
        f"# As in {corrects}.",
        "[thresholds]",
        *(f"{head} = {line!r}" for head, line in sorted(said.thresholds.items())),
        "",
        f"# A bundled name, or a path from this folder. {adjusted.MAPS} holds the name that must be there.",
        f"[{adjusted.KIND}]",
        f"base = {_string(where)}",
        "",
        "# SHA-256",
        "[files]",
        f'"{adjusted.MAPS}" = "{manifest.digest(path)}"',
    ]
    (folder / manifest.FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")


def _string(text: str) -> str:
    """A TOML string: JSON's escapes are among TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
