# Every target sets up what it needs: Python >= 3.11, make and a package registry are enough.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= runs/demo

.PHONY: demo test test-slow bench docs lock clean

$(VENV)/installed: requirements/lock.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(f"spinodal needs Python >= 3.11, got {sys.version.split()[0]}: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(VENV)/installed
	$(BIN)/spinodal run rubin2024-fig2 --size quick --out $(OUT) --force

# Most of the tests' time is XLA's compiler: without LLVM's optimisations it takes a third less; test-slow compiles as users do
test: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/basedpyright
	XLA_FLAGS=--xla_backend_optimization_level=0 $(BIN)/python -m pytest --numprocesses auto --dist worksteal --durations 25

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

bench: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	$(BIN)/python benchmarks/run.py

docs: $(VENV)/installed
	$(BIN)/python -m pytest tests/test_docs.py

# Rewrites the pins from pyproject.toml; run it on Python 3.11, whose newest jax release is a broken one
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet hatchling editables 'jax==0.10.1' -e '.[cluster,test,dev]'
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable > requirements/lock.txt
	rm -r $(VENV)-lock

clean:
	rm -rf $(VENV) $(OUT) .pytest_cache .ruff_cache
