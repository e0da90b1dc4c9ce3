#!/usr/bin/env bash
# Builds the wheel, installs it in an empty environment and runs the demo's walk there, away from the checkout.
# Usage: tests/wheel.sh PYTHON (one that has `build` installed)
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "${1:-.venv/bin/python}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m build --quiet --outdir "$work/dist" .
ls -l "$work"/dist/*.whl
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "$work"/dist/*.whl
cd "$work"
printf '%s\n' '{"id": "1", "author": "ana", "text": "You clowns lost my bag at the airport on Monday, I want it back today!"}' > posts.jsonl
./venv/bin/hearout up --home "$work/home" --file posts.jsonl --until-idle
./venv/bin/hearout export posts --home "$work/home" | tee exported.jsonl
grep -q '"effect": *"opened"' exported.jsonl
./venv/bin/hearout up --demo --home "$work/demo" --until-idle --fast
./venv/bin/hearout export cases --home "$work/demo" | wc -l
