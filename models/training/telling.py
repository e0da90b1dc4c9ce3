"""Posts with marked spans and a model walk in; what its logits say of a word walks out, for `sentiment/occlusion.py`.

python -m models.training.telling --model NAME
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.training.spans import FOLDER, Marked, chosen_on, marked
from streams.sentiment.heads import EXPLAINED
from streams.sentiment.load import load
from streams.sentiment.occlusion import heard, layout, variants

F64 = NDArray[np.float64]
#: Texts and their languages to logits (texts, `heads.COLUMNS`).
Hear = Callable[[Sequence[str], Sequence[str]], F64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="a bundled model, or a model folder")
    asked = parser.parse_args()
    hear = getattr(load(asked.model), "logits", None)
    if hear is None:
        parser.error(f"{asked.model} tells no logits")
    print(np.array2string(says(chosen_on(marked(FOLDER)), hear), precision=2, suppress_small=True, separator=", "))


def says(posts: Sequence[Marked], hear: Hear) -> F64:
    """What each thing heard of a word says for each of `EXPLAINED`, against neither: (1 + heard, 2), constants first.

    Fitted on posts that have both marks: the walk asks for evidence only where a head was heard in the post.
    """
    inputs, kinds = [], []
    for post in posts:
        if not all(post.spans[head] for head in EXPLAINED):
            continue
        texts, plan = variants(post.text), layout(post.text)
        inputs.append(heard(plan, hear(texts, [post.lang] * len(texts))))
        letters = [post.letters(head) for head in EXPLAINED]
        kinds += [_kind(range(*word), letters) for own in plan.words for word in own]
    fit = LogisticRegression(max_iter=1000).fit(np.concatenate(inputs), kinds)
    weights = np.hstack([fit.intercept_[:, None], fit.coef_])
    result: F64 = (weights[1:] - weights[0]).T
    return result


def _kind(word: Sequence[int], letters: Sequence[set[int]]) -> int:
    """0 for neither, else the place of its head in `EXPLAINED`, from 1."""
    return next((at for at, own in enumerate(letters, 1) if 2 * len(own.intersection(word)) > len(word)), 0)


if __name__ == "__main__":
    main()
