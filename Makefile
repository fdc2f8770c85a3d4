# Everything runs in .venv, made from pyproject.toml with the versions of constraints.txt. Needs Python 3.11+, git, make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: .venv/installed
	$(BIN)/pytest -n auto

clean:
	rm -rf .venv build dist *.egg-info
