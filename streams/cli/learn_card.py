"""What was learned and measured walks in, the card of the new model walks out: Markdown, without a word of any post."""

from collections.abc import Mapping, Sequence
from typing import Any

from streams.cli.judging import ALL
from streams.cli.tables import interval, number


def card(name: str, base: str, story: Sequence[str], reports: Mapping[str, dict[str, Any]]) -> str:
    """`reports` are comparisons of the model before and after, by what they were made on."""
    lines = [
        f"# {name}",
        "",
        f"`{base}` with its last step refitted to corrections by `hearout learn`, which wrote this page.",
        "",
        *(f"- {line.strip()}" for line in story),
    ]
    for title, report in reports.items():
        group = report["groups"][ALL]
        lines += [
            "",
            f"## {title}",
            "",
            f"{group['posts']} posts; before: {report['models'][0]}. The interval holds the difference in 95 of 100",
            "paired draws of the posts; `-` stands where nothing could be measured.",
            "",
            "| label | posts | measure | before | after | difference | interval |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *(
                f"| {row['label'].replace('_', ' ')} | {row['support']} | {row['measure']} | {number(row['first'])}"
                f" | {number(row['second'])} | {number(row['difference'], '+.3f')}"
                f" | {interval(row, ' to ')} |"
                for row in group["rows"]
            ),
        ]
    return "\n".join(lines) + "\n"
