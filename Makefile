# Set-up happens once: a second call finds .venv/.installed newer than the lock and installs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test lint slow bench lock clean

help:
	@echo "make demo   the whole pipeline on synthetic videos, end to end"
	@echo "make test   lint, types, import rules and the test suite"
	@echo "make slow   the tests that take minutes"
	@echo "make bench  benchmarks/, in their quick form"
	@echo "make lock   resolve requirements.lock anew (needs uv)"
	@echo "make clean  remove what the demo and the tests left; keeps .venv"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, found " + sys.version)'
	@echo "installing into $(VENV), about 6 GB: this takes a few minutes, once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/webemotion demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest

slow: $(STAMP)
	$(BIN)/pytest -m slow

bench: $(STAMP)
	$(BIN)/python -m benchmarks.faces --quick
	$(BIN)/python -m benchmarks.store --quick
	$(BIN)/python -m benchmarks.truth --quick
	$(BIN)/python -m benchmarks.duplicates --quick
	$(BIN)/python -m benchmarks.workers --quick
	$(BIN)/python -m benchmarks.train --quick
	$(BIN)/python -m benchmarks.ablation --quick
	$(BIN)/python -m benchmarks.wrong_labels --quick

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-annotate \
		--no-emit-index-url --no-strip-extras --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:
	rm -rf demo_output build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
