# make demo: set up and plan the sample center.  make test: set up, lint, types, tests.  make bench: the benchmarks.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint bench samples lock clean

demo: $(READY)
	$(BIN)/staffplan plan configs/demo.toml -o plans/demo

test: $(READY) lint
	$(BIN)/pytest -n 2

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

samples: $(READY)
	$(BIN)/python scripts/make_samples.py

# One venv behind everything; made anew when the locked requirements change. --no-deps: the lock is complete.
$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) plans
