"""The name or folder of a model walks in, the model walks out, verified and ready."""

from collections.abc import Callable, Mapping
from pathlib import Path

from streams.errors import Misconfigured
from streams.sentiment import adjusted, encoder, hub, linear, manifest
from streams.sentiment.manifest import Manifest
from streams.sentiment.ports import Model, Staged

#: The bundled model that is used where none is named.
FIRST = "ears-1"

#: Where bundled models lie: beside this file in an installed wheel, at the top in a checkout.
PLACES = (Path(__file__).parent / "models", Path(__file__).parents[2] / "models")

KINDS: Mapping[str, Callable[[Path, Manifest], Model]] = {
    "linear": linear.opened,
    adjusted.KIND: adjusted.opened,
    "encoder": encoder.opened,
    hub.KIND: hub.opened,
}


def load(name: str | Path = FIRST, *, cascade: bool = True) -> Model:
    """Load a bundled model by name, or the model in a folder; raises Misconfigured with what is wrong.

    Without `cascade` every post goes to the encoder; it means nothing to models without a first stage.
    """
    folder = find(name)
    model = opened(folder, manifest.read(folder))
    return model.alone() if isinstance(model, Staged) and not cascade else model


def opened(folder: Path, said: Manifest) -> Model:
    """The model of a folder whose manifest has been read and verified."""
    if said.kind not in KINDS:
        raise Misconfigured(
            f"the model in {folder} is of kind {said.kind!r}; this version knows {', '.join(KINDS)}",
            id="HO-MODEL-KIND",
            hint="upgrade hearout, or name another model",
        )
    return KINDS[said.kind](folder, said)


def bundled(name: str | Path) -> Path | None:
    """The folder of a bundled model; None for any other name, and for paths: a `Path`, and a text with a separator."""
    places = (place / name for place in PLACES if Path(name).name == name)
    return next((folder for folder in places if (folder / manifest.FILE).is_file()), None)


def find(name: str | Path) -> Path:
    """The folder of a model: a bundled name, or a path with a manifest in it."""
    folder = bundled(name) or Path(name)
    if (folder / manifest.FILE).is_file():
        return folder
    known = sorted({path.parent.name for place in PLACES for path in place.glob(f"*/{manifest.FILE}")})
    raise Misconfigured(
        f"there is no model {str(name)!r}; bundled are: {', '.join(known) or 'none'}",
        id="HO-MODEL",
        hint=f"name a bundled model or a folder that holds a {manifest.FILE}",
    )
