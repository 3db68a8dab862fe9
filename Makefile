# The project's commands. `make run` and `make test` do everything they need on a machine with Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT
# Each of the many processes of a test run would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint fmt check audit coverage fuzz mutants house bench chaos cluster upgrade-check lock

run: .venv/.runtime
	@exec $(BIN)/python manage.py run

test: .venv/.development
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings

fmt: .venv/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint test

# Known vulnerabilities of every locked package, from PyPI. Fails as well when it cannot be reached: nothing was checked then.
audit: .venv/.development
	$(BIN)/pip-audit --disable-pip --strict --progress-spinner off -r requirements.lock -r requirements-dev.lock

# Which lines and branches the suite reaches in its own process. The floor is fail_under in pyproject.toml; it only rises.
coverage: .venv/.development
	$(BIN)/python -m pytest --cov -m "not browser and not chaos" --ignore=tests/test_bench.py $(ARGS)

# Made-up requests for every operation of the API, FUZZ_CASES good and as many bad ones for each.
fuzz: .venv/.development
	FUZZ_CASES=$${FUZZ_CASES:-100} $(BIN)/python -m pytest tests/onboarding/api/test_fuzz.py $(ARGS)

# Changes the engine in one place at a time and tells what no test notices: make mutants SAMPLE=200 SEED=1 ONLY=portal/jobs JOBS=2
mutants: .venv/.development
	@$(BIN)/python -m tests.mutants

# Draws the rooms and their imports into docs/architecture.md.
house: .venv/.development
	$(BIN)/python -m tests.house

bench: .venv/.development
	$(BIN)/python -m tests.bench

# Kills, stops, crashes and fills up what the portal runs on, and counts what is lost: make chaos SEEDS=1 KILLS=3 ROWS=4000 LEASE=3
chaos: .venv/.development
	$(BIN)/python -m tests.chaos $(if $(SEEDS),--seeds $(SEEDS)) $(if $(KILLS),--kills $(KILLS)) $(if $(ROWS),--rows $(ROWS)) $(if $(LEASE),--lease $(LEASE))

# Two hosts as network namespaces, with one database, broker and file store. Needs Linux, root and ip (iproute2): make cluster TRIALS="frozen cut"
cluster: .venv/.development
	$(BIN)/python -m tests.cluster $(TRIALS)

# An upgrade from the last release while its web and worker go on, on PostgreSQL: make upgrade-check METERS=1000000
upgrade-check: .venv/.development
	$(BIN)/python -m tests.upgrades.live $${METERS:-100000}

# Pins every dependency with its hashes. The index is whatever uv is set to use.
lock: .venv/.development
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.lock -o requirements-dev.lock

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This needs Python 3.11 or newer. Name one with: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/.runtime: .venv/.made requirements.lock
	@echo "Installing what the portal needs (the first time takes a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.development: .venv/.runtime requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
