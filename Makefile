# Everything a newcomer needs. `make demo` and `make test` set up what they need by themselves.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= config/monitor.yaml

.PHONY: help setup dev demo run check test bench fix docs clean

help:            ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "on Debian and Ubuntu, first: sudo apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "installing the test tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: $(VENV)/.runtime  ## install into .venv

dev: $(VENV)/.dev        ## install the tools of the tests too

demo: setup      ## replay a day of a news site on this machine, no account and no network needed
	@$(BIN)/headline-monitor demo

run: setup       ## watch the sites of config/monitor.yaml (made from a template at the first run)
	@test -e $(CONFIG) || $(BIN)/headline-monitor init --config $(CONFIG)
	@$(BIN)/headline-monitor run --config $(CONFIG)

test: dev        ## run all tests
	@$(BIN)/python -m pytest -n auto

check: dev       ## lint, types, import contract, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: dev       ## measure cost, memory, delay, matching and the judging of stories, beside yardsticks where there are any
	@$(BIN)/python tests/benchmarks/cost.py
	@$(BIN)/python tests/benchmarks/delay.py
	@$(BIN)/python tests/benchmarks/passes.py
	@$(BIN)/python tests/benchmarks/scale.py
	@$(BIN)/python tests/benchmarks/soak.py
	@$(BIN)/python tests/benchmarks/bursts.py
	@$(BIN)/python tests/benchmarks/dates.py
	@$(BIN)/python tests/benchmarks/matching.py
	@$(BIN)/python tests/benchmarks/match_speed.py
	@$(BIN)/python tests/benchmarks/stories.py
	@$(BIN)/python tests/benchmarks/stories.py --cost

fix: dev         ## format and mend what tools can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup      ## write config/schema.json and config/README.md anew
	@$(BIN)/headline-monitor schema --write config

clean:           ## remove what the commands made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
