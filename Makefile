# Needs make and Python 3.11 or newer; everything else goes into .venv when it is first needed.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help venv demo test lowest newest matrix plain-sqlite wheelhouse chaos hostile audit check format docs pictures constraints clean

help:
	@echo "make demo    the application on an embedded sandbox (off a terminal: the main job, headless)"
	@echo "make test    the tests, four at a time, for they wait a lot; PYTEST_ARGS='tests/cli -x' narrows them"
	@echo "make chaos   the long form of the chaos runs: half an hour of kills, races and faults"
	@echo "make check   format, lint, types, import rules and the tests: what CI runs"
	@echo "make hostile 10,000 hostile strings through every command and screen, in a real terminal; takes half an hour"
	@echo "make audit   known vulnerabilities of what is installed; skipped, with a word, where nobody can be asked"
	@echo "make format  put the sources into shape"
	@echo "make docs    write the pages of docs/ that are made from the program, and the manual page; make pictures takes the pictures"
	@echo "make constraints  pin the newest versions that the ranges allow, direct and not; run make check before they land"
	@echo "make lowest  the tests on the lowest versions that the ranges allow; make newest on the newest; PYTEST_ARGS narrows these too"
	@echo "make matrix  the tests on every Python from 3.11 that is found; make plain-sqlite without pysqlite3"
	@echo "make wheelhouse  everything to install without an index, in dist/wheelhouse, with the demo and tests of a fresh clone from it"
	@echo "make venv    only make $(VENV) (implied by the others)"
	@echo "make clean   take away what the above made"

venv: $(INSTALLED)

# The build's own environment is made to keep to them as well: by the one variable in older releases of pip, by the other in newer ones.
$(INSTALLED): export PIP_CONSTRAINT = $(CURDIR)/constraints.txt
$(INSTALLED): export PIP_BUILD_CONSTRAINT = $(CURDIR)/constraints.txt
$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11" >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Installing into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,keyring,team]'
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/jobsync demo

# Compiled files are kept: without them every process that a test starts compiles the program anew, and every worker the tests.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED)
	$(BIN)/python -m pytest -n 4 --dist worksteal $(PYTEST_ARGS)

hostile: $(INSTALLED)
	$(BIN)/python -m tests.security.hostile 10000

audit: $(INSTALLED)
	@$(BIN)/python -m tests.security.audit

chaos: $(INSTALLED)
	$(BIN)/python -m tests.chaos kill --points 200 --jobs 300
	$(BIN)/python -m tests.chaos kill --points 200 --jobs 300 --late 0.15
	for processes in 2 4 8; do $(BIN)/python -m tests.chaos race --processes $$processes --jobs 200 || exit 1; done
	for odd in normalizing lagging paging; do \
	  $(BIN)/python -m tests.chaos kill --points 50 --jobs 80 --odd $$odd && \
	  $(BIN)/python -m tests.chaos race --processes 4 --jobs 80 --odd $$odd || exit 1; done
	$(BIN)/python -m tests.chaos crash --points 50 --jobs 100
	$(BIN)/python -m tests.chaos timer --ticks 50
	$(BIN)/python -m tests.chaos faults

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) audit
	$(MAKE) test

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(INSTALLED)
	$(BIN)/python -m tests.support.reference

pictures: $(INSTALLED)
	$(BIN)/python -m tests.support.pictures

constraints:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found" >&2; exit 1; }
	"$(PYTHON)" tests/support/constraints.py

lowest newest matrix plain-sqlite wheelhouse:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found" >&2; exit 1; }
	@"$(PYTHON)" tests/support/environments.py $@ $(PYTEST_ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
