"""Measure how well languages are told on the hard set; print the tables and write docs/languages.md."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from models.training.languages.gather import Post, hard_set
from models.training.languages.page import page
from models.training.languages.rivals import WAYS

PAGE = Path(__file__).parents[3] / "docs" / "languages.md"


def main() -> None:
    """Ask every way for every post, and say how it went."""
    command = argparse.ArgumentParser(prog="python -m models.training.languages", description=__doc__)
    command.add_argument("--data", type=Path, required=True, help="the folder with the public sets")
    command.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    asked = command.parse_args()
    posts = hard_set(asked.data)
    answers, speeds = {}, {}
    for name, way in WAYS.items():
        answers[name], speeds[name] = _ask(way, posts)
    text = page(posts, answers, speeds)
    asked.page.write_text(text, encoding="utf-8")
    print(text)


def _ask(way: Callable[[str], str], posts: Sequence[Post]) -> tuple[list[str], float]:
    """All answers, and posts a second of processor time: the best of three rounds, with the model loaded."""
    way("the first post loads what there is to load")
    rounds = []
    for _ in range(3):
        started = time.process_time()
        answers = [way(post.text) for post in posts]
        rounds.append(time.process_time() - started)
    return answers, len(posts) / min(rounds)


if __name__ == "__main__":
    main()
