# make demo needs nothing but Python 3.11 and make. PYTHON names the interpreter, ARGS goes to the program that is run.
.NOTPARALLEL:
.PHONY: help demo test check lint types imports docs screenshots snapshots bench package clean setup setup-dev setup-bench

PYTHON ?=
ARGS ?=
export PYTHON
PY = .venv/bin/python

help:
	@echo "make demo         see it work: no key, no microphone (without a terminal it prints captions and minutes)"
	@echo "make test         run the tests                      make check    lint, formats, types, imports, docs"
	@echo "make screenshots  draw screenshots/ anew             make bench    measure; figures in docs/performance.md"
	@echo "make snapshots    approve how every state of the app looks now (then look at the difference)"
	@echo "make package      build the wheel into dist/         make clean    remove all that make has made"

setup:
	@sh scripts/setup.sh run

setup-dev:
	@sh scripts/setup.sh dev

setup-bench:
	@sh scripts/setup.sh bench

demo: setup
	@.venv/bin/meetrec demo $(ARGS)

test: setup-dev
	@$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

check: lint types imports docs

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup-dev
	$(PY) -m mypy

imports: setup-dev
	.venv/bin/lint-imports

docs: setup-dev
	$(PY) -m pytest -q tests/docs

screenshots: setup-dev
	$(PY) -m scripts.screenshots $(ARGS)

snapshots: setup-dev
	$(PY) -m tests.tui.snapshot $(ARGS)

bench: setup-bench
	$(PY) -m benchmarks $(ARGS)

package: setup-dev
	$(PY) -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
