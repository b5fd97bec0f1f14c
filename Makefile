# Everything happens in .venv, which the first command makes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check setup lock

demo: setup   ## ten graded runs of titans, without a key
	$(BIN)/python -m engine task=titans agent=replay grading=probe runs=10

test: setup   ## all tests
	$(BIN)/python -m pytest -n 2

check: setup  ## what to run before a commit: lint, types, fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 -m "not slow"

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed; name one with PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lock:         ## pin anew after a change of pyproject.toml or requirements.in (needs uv)
	uv pip compile pyproject.toml requirements.in --extra papers --extra stats --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock
