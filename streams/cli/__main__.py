"""`python -m streams.cli` is `hearout`."""

from streams.cli import main

main(prog_name="hearout")
