"""A published encoder and public sets walk in, the part of its card that puts it beside published numbers walks out."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training import measure
from models.training.card import table
from models.training.corpus import Corpus
from models.training.encoder.publish import Raw
from models.training.measure import PUBLIC
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.linear import LinearModel
from streams.sentiment.scaling import inputs

F64 = NDArray[np.float64]
log = logging.getLogger("card")

_TITLE = "## Public sets"
#: Rows of a set that only measures are capped at so many, drawn with a fixed seed; official tests never are.
_MOST = 2500


class _Hears:
    """What the model would say, from logits at both depths that are computed once for each text."""

    def __init__(self, model: EncoderModel, first: LinearModel, raw: Raw) -> None:
        self._model, self._linear, self._raw = model, first, raw
        self._logits: dict[str, tuple[F64, F64]] = {}

    def chances(self, texts: Sequence[str], langs: Sequence[str]) -> F64:
        model = self._model
        first, last = self._told(texts)
        rows = measure.LinearHears(model=self._linear).chances(texts, langs)
        gone = model.gone(rows, langs)
        lower = model.first.chances(inputs(first, rows, texts), langs)
        upper = model.last.chances(inputs(last, rows, texts), langs)
        left = model.leaving.lets_go(lower) & np.array([lang in model.cut_langs for lang in langs])
        deeper = np.where(left[:, None], lower, upper)
        return np.where(gone[:, None], rows, deeper)

    def inputs(self, texts: Sequence[str]) -> F64:
        return np.hstack(self._told(texts))

    def _told(self, texts: Sequence[str]) -> tuple[F64, F64]:
        new = [text for text in dict.fromkeys(texts) if text not in self._logits]
        for text, *pair in zip(new, *self._raw(new), strict=True):
            self._logits[text] = (pair[0], pair[1])
        first, last = zip(*(self._logits[text] for text in texts), strict=True)
        return np.array(first), np.array(last)


def kept(card: Path) -> str:
    """What this card says of the public sets."""
    _, _, rest = card.read_text(encoding="utf-8").partition(_TITLE)
    return _TITLE + rest.partition("\n\n## ")[0]


def measured(corpus: Corpus, model: EncoderModel, first: LinearModel, raw: Raw) -> str:
    names = {
        "macro_f1": "macro-F1",
        "macro_recall": "macro recall",
        "outer_f1": "mean F1 of positive and negative",
        "binary": "macro-F1 at 0.5",
        "ranking": "ROC AUC",
    }
    random = np.random.default_rng(4)
    drawn_rows = [corpus.rows[at] for at in random.permutation(len(corpus.rows))]
    hears, rows = _Hears(model, first, raw), []
    for one in PUBLIC:
        chosen = [row for row in drawn_rows if one.rows(row) and one.head in row.marks]
        if not one.what.startswith("official test"):
            chosen = chosen[:_MOST]
        keys = {row.key for row in chosen}
        only = [row for row in corpus.rows if row.key in keys or (row.split == "dev" and not one.rows(row))]
        value, own, count = measure.public(only, hears, one)
        before, _, _ = measure.public(only, measure.LinearHears(model=first), one)
        rows.append(
            [
                one.set,
                one.what,
                str(count),
                names[one.metric],
                f"{value:.1f}",
                f"{own:.1f}",
                f"{before:.1f}",
                one.result,
            ]
        )
        log.info("%s %.1f %.1f %.1f", one.set, value, own, before)
    return "\n\n".join(
        [
            _TITLE,
            "As the bundled model scores them with its cascade, with the calibration made for posts"
            " to companies: a class"
            " that is rare there is said less often here. Own calibration: the encoder's raw logits"
            " at both depths, with the"
            " last step fitted on the set's dev rows (or, where a dev part is measured, on its other half). Where the"
            " official test is withheld, training rows were held out. Of sets without an"
            f" official test at most {_MOST:,} rows were drawn.",
            table(
                ["set", "rows", "number", "metric", "as shipped", "own calibration", "linear stage", "published"], rows
            ),
        ]
    )
