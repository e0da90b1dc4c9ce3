"""A work folder walks in, the parts of the card that trainings of their own were needed for walk out."""

import json
from pathlib import Path

from models.training.card import table
from models.training.encoder import complaints, without


def complaint_tweets(work: Path) -> str:
    title = "## Complaint tweets, cross-validated"
    if not (work / complaints.FOUND).is_file():
        return f"{title}\n\nNot measured for this model (`models.training.encoder.complaints`)."
    found = json.loads((work / complaints.FOUND).read_text(encoding="utf-8"))
    return "\n\n".join(
        [
            title,
            f"As the papers measure it: {found['folds']} folds over all {found['rows']:,} tweets at hand (80% of the"
            " set; duplicates on one side), each judged by an encoder that was taught the other folds and had met none"
            " of the tweets before. In the table above the tweets are those held out from training the bundled model.",
            table(
                ["", "this encoder", "published"],
                [
                    [
                        "macro-F1",
                        f"{found['macro_f1']:.1f}",
                        "logistic regression 79, transformers up to 87, with emotion or severity besides 87.4 and 88.2",
                    ],
                    ["F1 of complaint", f"{found['f1']:.1f}", ""],
                ],
            ),
        ]
    )


def non_commercial(work: Path) -> str:
    title = "## What leaving out the non-commercial sets costs"
    if not (work / without.FOUND).is_file():
        return f"{title}\n\nNot measured for this model (`models.training.encoder.without`)."
    found = json.loads((work / without.FOUND).read_text(encoding="utf-8"))
    rows = [
        [name, f"{value:.1f}", f"{found['with'][name]:.1f}", f"{found['with'][name] - value:+.1f}"]
        for name, value in found["without"].items()
    ]
    return "\n\n".join(
        [
            title,
            f"Two encoders went on from the first stage over {without.ROWS:,} public rows; of the second one's"
            f" {100 * without.PART:.0f}% came from the sets that only measure. Both as they speak, without calibration,"
            " on rows neither had met. Only the first may be shipped.",
            table(["", "without", "with", "difference"], rows),
        ]
    )
