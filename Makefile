# Every target sets itself up in .venv; nothing is needed but Python 3.11+ and make.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# A run of the tests starts dozens of processes; each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check drill bench lock clean

demo: $(VENV)/.run
	$(BIN)/minqing demo --port $(PORT)

# What is measured is what tests the engine itself; measuring HTTP and the walks through whole rule books would cost a
# minute and tell nothing more.
MEASURED := tests/unit tests/store tests/architecture
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(VENV)/.dev
	$(PYTEST) --cov --cov-report=term --cov-fail-under=95 $(MEASURED)
	$(PYTEST) $(addprefix --ignore=,$(MEASURED)) tests

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	set -e; for file in workflows/*/v*.yaml workflows/calendars/*.yaml; do $(BIN)/minqing check "$$file"; done

drill: $(VENV)/.dev
	$(BIN)/python -m tests.drill

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

# Pinned with hashes and no address of any index, for Python 3.11 to 3.13. Needs uv. Extras are named: pip else takes the
# newest release for `coverage[toml]`, whatever is pinned for `coverage`, and refuses it as soon as there is one.
lock:
	uv pip compile -q --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra postgres --extra s3 --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras pyproject.toml -o requirements-dev.lock

$(VENV)/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "minqing needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .minqing
