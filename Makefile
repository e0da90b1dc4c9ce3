# Two commands do everything on a fresh machine with Python 3.11+: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

QUICK   = not slow and not kafka and not postgres and not browser and not hub

.PHONY: demo test quick thorough check clean

demo: $(VENV)/ready-demo  ## run Hearout on an invented company's feed; prints one link that signs you in
	$(BIN)/hearout up --demo

test: quick thorough  ## run all tests; what a suite lacks (Java, PostgreSQL, Chromium) is said, and skipped

quick: $(VENV)/ready-dev  ## the quick tests, side by side
	$(BIN)/python -m pytest -n auto --dist worksteal -m "$(QUICK)"

thorough: $(VENV)/ready-dev  ## the tests that start real brokers, databases, browsers and processes
	$(BIN)/python -m pytest -m "not ($(QUICK))"

check: $(VENV)/ready-dev  ## lint, types, import contracts, unused and missing dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry streams

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Hearout needs Python 3.11 or newer; say make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/ready-demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/ready-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/ready-demo

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
