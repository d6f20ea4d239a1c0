# Everything starts here: `make run` opens the desk, `make test` proves it. Needs python3 (>= 3.11) and make; uv is used where it is there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
# Most tests wait more than they compute: four workers keep two cores busy.
WORKERS ?= 4
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

ifdef UV
  MAKE_VENV = $(UV) venv -q --seed --python $(PYTHON) $(VENV)
  INSTALL   = VIRTUAL_ENV=$(VENV) $(UV) pip install -q --compile-bytecode -c constraints.txt -b constraints.txt
else
  MAKE_VENV = $(PYTHON) -m venv $(VENV)
  INSTALL   = $(BIN)/python -m pip install -q -c constraints.txt
endif

.PHONY: run test again full check bench bench-large fmt messages picture clean help
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3"; exit 2; }
	@echo "Making $(VENV) ..."
	@$(MAKE_VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned packages ..."
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.run
	@echo "Installing the test tools ..."
	@$(INSTALL) -e '.[dev]'
	@touch $@

run: $(VENV)/.run ## the desk, on a private service with simulated customers (ARGS="--lang en --as agent")
	@exec $(BIN)/agent-tui demo $(ARGS)

test: $(VENV)/.dev ## the whole test suite, with a sample of the long tests
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not serial"; apart=$$?; \
	$(BIN)/python -m pytest -q -m serial && exit $$apart

again: $(VENV)/.dev ## only the tests that failed in the last run
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

full: $(VENV)/.dev ## the whole test suite with the full counts
	FULL_COUNTS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not serial"; apart=$$?; \
	FULL_COUNTS=1 $(BIN)/python -m pytest -q -m serial && exit $$apart

check: $(VENV)/.dev ## ruff, mypy, import contracts, bandit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r agent_tui backend_stub

bench: $(VENV)/.dev ## the figures we claim, each with its floor
	@for f in benchmarks/bench_*.py; do $(BIN)/python $$f || exit 1; done

bench-large: $(VENV)/.dev ## import and look-up with 1 and 10 million customers (an hour, 10 GB in the user's cache)
	$(BIN)/python benchmarks/bench_import.py 1000000 10000000
	$(BIN)/python benchmarks/bench_search.py 1000000 10000000

fmt: $(VENV)/.dev ## format and fix
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

messages: $(VENV)/.dev ## collect and compile the translations, and the keyboard card they are in
	$(BIN)/python scripts/messages.py
	$(BIN)/python scripts/keyboard_card.py

picture: $(VENV)/.dev ## the picture in the README, taken from the running desk
	$(BIN)/python scripts/picture.py

clean: ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
