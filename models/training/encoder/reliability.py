"""Probabilities and labels of posts walk in, a reliability plot of each head walks out, as SVG."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training import judge
from models.training.labels import Labelled
from streams.sentiment import agreement
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]

_HEADS = ("problem", "hostility", "constructiveness")
_SIDE, _GAP, _TOP, _LEFT = 200, 50, 40, 50
_INK, _PALE, _MARK = "#57606a", "#d0d7de", "#0969da"


def drawn(chance: F64, posts: Sequence[Labelled]) -> str:
    """One square for each head: how often it was true, by what was said; the area of a dot is its posts."""
    width, height = _LEFT + len(_HEADS) * (_SIDE + _GAP), _TOP + _SIDE + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for at, head in enumerate(_HEADS):
        scores, true = chance[:, COLUMNS.index(head)].tolist(), (judge.truth(posts, head) == 1).tolist()
        bins = agreement.bins(scores, true)
        parts += _square(_LEFT + at * (_SIDE + _GAP), head, bins)
    return "\n".join([*parts, "</svg>", ""])


def _square(left: int, head: str, bins: Sequence[agreement.Bin]) -> list[str]:
    def place(said: float, true: float) -> tuple[str, str]:
        return f"{left + said * _SIDE:.1f}", f"{_TOP + (1 - true) * _SIDE:.1f}"

    filled = [one for one in bins if one.count]
    error = agreement.calibration_error(bins)
    parts = [
        f'<text x="{left}" y="{_TOP - 14}" font-weight="600">{head}, error {error:.3f}</text>',
        f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_PALE}"/>',
        f'<line x1="{left}" y1="{_TOP + _SIDE}" x2="{left + _SIDE}" y2="{_TOP}" stroke="{_PALE}"'
        f' stroke-dasharray="4"/>',
        f'<text x="{left + _SIDE / 2}" y="{_TOP + _SIDE + 32}" text-anchor="middle">said</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x, y = place(tick, tick)
        parts.append(f'<text x="{x}" y="{_TOP + _SIDE + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{left - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    points = " ".join(",".join(place(one.said, one.true)) for one in filled)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{_MARK}" stroke-width="1.5"/>')
    total = sum(one.count for one in filled)
    for one in filled:
        x, y = place(one.said, one.true)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{2.5 + 10 * (one.count / total) ** 0.5:.1f}" fill="{_MARK}" opacity="0.75">'
            f"<title>{one.count} posts</title></circle>"
        )
    return parts
