"""The last step of the encoder: its maps by language, and what is no such map."""

import numpy as np
import pytest

from streams.errors import Misconfigured
from streams.sentiment.heads import COLUMNS
from streams.sentiment.scaling import INPUTS, parsed


def test_a_calibration_needs_a_map_for_every_other_language() -> None:
    """Posts in languages nobody read are scored too."""
    with pytest.raises(Misconfigured, match="default"):
        parsed({"en": [[0.0] * len(COLUMNS)]}, "here")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "no map for 'default'"),
        ([], "no map for 'default'"),
        ({"default": "much"}, "'default' is not a table"),
        ({"default": [[0.0], [0.0, 1.0]]}, "'default' is not a table"),
        ({"default": np.zeros((len(INPUTS), len(COLUMNS))).tolist()}, "'default' is not a table"),
        ({"default": np.full((1 + len(INPUTS), len(COLUMNS)), np.nan).tolist()}, "'default' is not a table"),
        ({"default": np.zeros((1 + len(INPUTS), len(COLUMNS))).tolist(), "es": [[None]]}, "'es' is not a table"),
    ],
)
def test_a_wrong_calibration_names_where_it_stands(raw: object, said: str) -> None:
    """The file, and the language in it."""
    with pytest.raises(Misconfigured, match=f"here.*{said}"):
        parsed(raw, "here")


def test_an_unknown_language_is_scaled_by_the_default() -> None:
    """Each post by its own language's map, the bias in the first row."""
    tables = {lang: np.zeros((1 + len(INPUTS), len(COLUMNS))) for lang in ("default", "es")}
    tables["default"][0], tables["es"][1] = 1.0, 2.0
    scaling = parsed({lang: table.tolist() for lang, table in tables.items()}, "here")
    given = np.ones((3, len(INPUTS)))
    assert scaling.logits(given, ["xx", "es", "default"])[:, 0].tolist() == [1.0, 2.0, 1.0]
