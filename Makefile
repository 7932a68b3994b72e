# The recipes that people, hooks and CI share; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check format lock peers bench default-model reference clean

PYTHON ?= python3
WORKERS ?= 2
TESTS ?= tests

BIN := .venv/bin
READY := .venv/ready
# The one-week cool-down: a poisoned release is mostly found out in its first days.
COOL_DOWN := 1 week

help: ## Lists the recipes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Made by the first recipe run, and again when what it is made from has changed. The stamp goes
# first and comes last, so that an installation cut short is done again.
$(READY): requirements.lock pyproject.toml
	@lacks="$$(PYTHON='$(PYTHON)' .ci/needs)"; [ -z "$$lacks" ] || \
	  { echo "missing: $${lacks// /, } — on Debian: apt-get install $$lacks" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "missing: Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V) — name another: make PYTHON=python3.12" >&2; exit 1; }
	@rm -f $@
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "making .venv from requirements.lock: some minutes, once"
	$(BIN)/python -m pip install --quiet --only-binary :all: --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## A whole small province, end to end: screens live, prints what it found, serves until Ctrl-C
	@$(BIN)/chinhchu demo

# Several workers share the cores: threads of their own would only wait for one another.
test: export OMP_NUM_THREADS ?= 1
test: export OMP_WAIT_POLICY ?= PASSIVE
test: $(READY) ## All tests: real PostgreSQL, Valkey and browser, no network (TESTS=tests/graph for a part)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

check: $(READY) ## Format, lint, types, floors, dependencies, dead code
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/vulture

format: $(READY) ## Formats the code and mends what ruff can mend
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: $(READY) ## Writes requirements.lock anew from pyproject.toml (LOCK="--upgrade" takes newer releases)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	  --exclude-newer "$(COOL_DOWN)" $(LOCK) --output-file requirements.lock
	$(BIN)/uv pip compile --group peers --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	  --exclude-newer "$(COOL_DOWN)" $(LOCK) --output-file tests/bench/peers.lock

# An environment of their own: nothing of it is ever imported by the product or its tests. The lock is
# whole (--no-deps); older pips take `sqlalchemy[mypy]` of a dependency for a package not in it.
.venv-peers/ready: tests/bench/peers.lock
	@rm -f $@
	@$(PYTHON) -m venv --clear .venv-peers
	@echo "making .venv-peers from tests/bench/peers.lock: some minutes, once; PyICU is compiled" \
	  "(on Debian: apt-get install g++ pkg-config libicu-dev python3-dev)"
	.venv-peers/bin/python -m pip install --quiet --no-deps --require-hashes --requirement tests/bench/peers.lock
	@touch $@

peers: .venv-peers/ready ## Splink, nomenklatura and igraph, which `make bench` then measures beside us

bench: $(READY) ## Measures verdicts, the register, the live graph, rings, drift, policies, reasons, commands and the live service, beside peers
	@$(BIN)/python -m tests.bench.verdicts
	@$(BIN)/python -m tests.bench.linkage
	@$(BIN)/python -m tests.bench.pairs
	@$(BIN)/python -m tests.bench.register
	@$(BIN)/python -m tests.bench.graph
	@$(BIN)/python -m tests.bench.rings
	@$(BIN)/python -m tests.bench.training
	@$(BIN)/python -m tests.bench.drift
	@$(BIN)/python -m tests.bench.reasons
	@$(BIN)/python -m tests.bench.baf
	@$(BIN)/python -m tests.bench.policy
	@$(BIN)/python tests/bench/parts.py
	@$(BIN)/python tests/bench/commands.py

default-model: $(READY) ## Makes models/default anew from the project's own simulated world
	$(BIN)/python -m training.default_model

reference: $(READY) ## Writes service/reference.md and comparison_rules.md anew from the code
	$(BIN)/python -m service.reference
	$(BIN)/python -m service.comparison_rules

clean: ## Removes what tools left in the checkout; .venv and the data folder stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	find . -path './.venv*' -prune -o -name __pycache__ -type d -exec rm -rf {} +
