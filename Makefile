# `make demo` and `make test` are all a newcomer needs: Python >= 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Workers of the test run: half as many again as there are cores, as many tests wait for a process.
JOBS ?= $(shell $(PYTHON) -c 'import os; n = os.cpu_count() or 1; print(n + (n + 1) // 2)')

.PHONY: help demo test check soak bench run format texts lock clean

help:
	@echo "make demo    the whole pipeline on a made-up GitHub, no account needed"
	@echo "make test    the tests, with everything they need installed"
	@echo "make check   format, lint, types, import contracts, dependencies, and the tests"
	@echo "make soak    a month for 200 channels, while 5 % of all answers go wrong in every way"
	@echo "make bench   what it costs: time and memory, beside the targets"
	@echo "make run     the service, with the settings in .env"

# --- what must be installed -------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Hypecurve needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# --- what people type -------------------------------------------------------------------------

demo: $(VENV)/.installed
	@$(BIN)/hypecurve demo

run: $(VENV)/.installed
	$(BIN)/hypecurve run

# What is compiled once is kept, whatever the environment says: many tests start processes.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.installed-dev
	$(BIN)/python -m compileall -q src bots migrations
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

soak: $(VENV)/.installed-dev
	$(BIN)/python tests/soak/run.py

bench: $(VENV)/.installed-dev
	$(BIN)/python bench/run.py

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(MAKE) test

# --- what developers type ---------------------------------------------------------------------

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The template of everything people read; see src/hypecurve/wording/locales/README.md.
texts: $(VENV)/.installed-dev
	$(BIN)/pybabel extract --omit-header --no-location --sort-output \
		--no-default-keywords -k say -k say_line -k say_count:1,2 -k to_say -k to_name:1c,2 \
		-o src/hypecurve/wording/locales/messages.pot src/hypecurve bots

# Exact versions and hashes, no index and no address: needs uv (pip install uv).
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --group build --group test --group check --group bench \
		-c requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
