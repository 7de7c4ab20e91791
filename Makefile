# make demo: set up and plan the sample center.  make test: set up, lint, types, tests in four minutes on two cores.
# make test-all: every example of every law, and the benchmarks' tests.
# make messages: bring the catalogs of other languages up to the texts of the code.
# make docs: build the documentation into site/, strict: a broken link is an error.
# make bench DATA=folder: forecast accuracy beside other tools, on the sets in a folder and on made-up ones.
# The first that runs; a shim of pyenv is there, and does not run, where its version is not chosen.
PYTHON ?= $(or $(shell for v in 3.11 3.12 3.13; do python$$v -c '' 2>/dev/null && echo python$$v && break; done),\
    $(error no Python 3.11, 3.12 or 3.13 is found; give PYTHON=/its/path))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
DOCS := .venv-docs
DOCS_READY := $(DOCS)/.ready

# Compiled modules are kept, whatever the surroundings say: a test run starts some hundred processes.
export PYTHONDONTWRITEBYTECODE :=

PYTEST := $(BIN)/pytest -n 2 --dist worksteal --slowest 20

.PHONY: demo test test-all ready lint kernels docs wheel bench samples messages lock clean

demo: $(READY)
	$(BIN)/staffplan plan configs/demo.toml -o plans/demo

test: ready
	$(PYTEST)

test-all: ready
	STAFFPLAN_ALL=1 $(PYTEST)

# On a fresh clone types take a minute to check and kernels three to compile: side by side.
ready: $(READY)
	$(MAKE) --no-print-directory --jobs=2 lint kernels

# Compiled once, so that no two test processes compile the same; kept in the venv.
kernels: kernels-roster kernels-others

kernels-%: $(READY)
	$(BIN)/python tests/compile_kernels.py $*

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(DOCS_READY)
	$(DOCS)/bin/zensical build --clean --strict

wheel: $(READY)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

samples: $(READY)
	$(BIN)/python scripts/make_samples.py

bench: $(BENCH_READY)
	$(BENCH)/bin/python benchmarks/forecast_accuracy.py --synthetic $(if $(DATA),--data "$(DATA)" --sub-queues)

# A venv of its own: other forecasting tools are needed to compare with, never to work with.
$(BENCH_READY): requirements/bench.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --require-hashes --requirement requirements/bench.txt
	$(BENCH)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# A venv of its own: what builds the pages does not hold the product back.
$(DOCS_READY): requirements/docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --require-hashes --requirement requirements/docs.txt
	touch $@

# One venv behind everything else; made anew when the locked requirements change. --no-deps: the lock is complete.
$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

messages: $(READY)
	$(BIN)/python scripts/make_messages.py

lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements/dev.txt
	uv pip compile pyproject.toml requirements/bench.in --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements/bench.txt
	uv pip compile requirements/docs.in --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements/docs.txt

clean:
	rm -rf $(VENV) $(BENCH) $(DOCS) .cache site plans
