"""What `hearout evaluate` says of files that are none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.cli.evaluate import evaluate
from streams.cli.options import CONFIGURATION


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "line 1 is no JSON"),
        ("[]", "no object with a `text`"),
        ('{"p": 1}', "no object with a `text`"),
        ('{"text": "a"}', "has no label"),
        ('{"text": "a", "p": "maybe"}', "a label is 'maybe'"),
        ('{"text": "a", "s": "bad"}', "the sentiment is 'bad'"),
        ('{"text": "a", "verdict": "bad"}', "'bad' is not a valid Verdict"),
        ("", "holds no posts"),
    ],
)
def test_a_line_that_is_no_labelled_post_is_named(tmp_path: Path, line: str, said: str) -> None:
    """A sentence with the line's number, no traceback and no empty table."""
    file = tmp_path / "gold.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    ran = CliRunner().invoke(evaluate, [str(file)], catch_exceptions=False)
    assert ran.exit_code == CONFIGURATION
    assert said in " ".join(ran.output.split())
