# Everything runs in .venv, made from pyproject.toml with the versions of constraints.txt. Needs Python 3.11+, git, make.
PYTHON ?= python3
BIN := .venv/bin
# As a path, not as an import hook: every start is some 15 ms sooner.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
  --config-settings editable_mode=compat --editable
MINUTES ?= 10

# The demo and the tests mean the sample and themselves, whatever the caller's shell says.
unexport RECONCILER_MANIFESTS RECONCILER_ENVIRONMENT RECONCILER_ENDPOINT RECONCILER_STATE RECONCILER_JSON

.DEFAULT_GOAL := help
.PHONY: help demo test check kills format bench soak fuzz cassettes clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "reconciler needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	  || { echo "$(PYTHON) lacks venv or ensurepip; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv

# Two stamps, one environment: a newcomer's demo does not wait for linters, and the tools once installed serve the demo too.
.venv/run.stamp: pyproject.toml constraints.txt | .venv/bin/pip
	$(INSTALL) .
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt | .venv/bin/pip
	$(INSTALL) '.[dev]'
	@touch .venv/run.stamp $@

demo: .venv/run.stamp ## test, plan and apply the sample in manifests/ on the embedded Studio; no account needed
	$(BIN)/reconciler test --coverage --fail-under 100
	$(BIN)/reconciler plan
	$(BIN)/reconciler apply --auto-approve
	$(BIN)/reconciler plan --detailed-exitcode

check: .venv/dev.stamp ## format, lint, types and layers; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/dev.stamp ## run every test; the last lines count what was skipped, and why
	$(BIN)/pytest -n auto --dist worksteal

kills: .venv/dev.stamp ## kill real runs at every point, on every kind of store; make test takes a part of them
	KILL_MATRIX=1 $(BIN)/pytest -n auto --dist worksteal -q \
	  tests/contracts/test_state_kill_points.py tests/processes/test_kill_points.py tests/simulation/test_kills.py

format: .venv/dev.stamp ## put the code into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp ## measure calls, time and memory, each beside its budget
	$(BIN)/python -m tests.benchmarks.run

soak: .venv/dev.stamp ## every kill point on every store, then new seeds for MINUTES (10): simulation, properties, fuzzing
	@$(MAKE) --no-print-directory kills
	@start=$$(date +%s); $(BIN)/python -m tests.simulation.run --minutes "$$(awk 'BEGIN { print $(MINUTES) / 2 }')" || exit 1; \
	end=$$(( $$start + 45 * $(MINUTES) )); while [ "$$(date +%s)" -lt "$$end" ]; do \
	  seed=$$(date +%N); echo "seed $$seed; to repeat: $(BIN)/pytest -m hypothesis --hypothesis-profile=soak --hypothesis-seed=$$seed"; \
	  $(BIN)/pytest -n auto -q -m hypothesis --hypothesis-profile=soak --hypothesis-seed="$$seed" || exit 1; \
	done
	@$(MAKE) --no-print-directory fuzz MINUTES="$$(awk 'BEGIN { print $(MINUTES) / 4 }')"

# No extra and no pin: each Python has its own release of atheris, some have none, and nothing else needs it.
fuzz: .venv/dev.stamp ## fuzz every reader of foreign bytes for MINUTES (10) minutes, coverage as the guide (atheris)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: 'atheris>=3' \
	  || echo "atheris has no wheel for this Python; going on without it" >&2
	@$(BIN)/python -m tests.security.soak $(MINUTES)

cassettes: .venv/dev.stamp ## record tests/cassettes anew, on the emulator or on STUDIO_RECORD_URL with your credentials
	STUDIO_RECORD_URL=$${STUDIO_RECORD_URL:-emulator} $(BIN)/pytest -q --force-enable-socket tests/studio/recording

clean: ## remove the environment and what tools left behind; state/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
