# make demo   installs everything and shows the main job
# make test   installs everything and runs all tests
# make check  style, types, budgets, architecture, docs
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON := $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps --no-build-isolation
ARCH := x86_64
export PYTHONUTF8 := 1

.PHONY: install demo run test check bench soak bundle test-bundle lock clean

install: .venv/.run

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing (Debian: apt install python3)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "The package python3-venv is missing (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Installing what the service needs (once; a minute or two)"
	@$(PIP) -r requirements/build.txt
	@$(PIP) -r requirements/run.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	@echo "Installing what the tests need (once)"
	@$(PIP) -r requirements/test.txt
	@touch $@

.venv/.bench: .venv/.test requirements/bench.txt
	@echo "Installing what the benchmarks compare with (once)"
	@$(PIP) -r requirements/bench.txt
	@touch $@

demo: .venv/.run
	@.venv/bin/huiyin demo

run: .venv/.run
	@.venv/bin/huiyin run

test: .venv/.test
	@$(PY) -m pytest -n 2

check: .venv/.test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(PY) -m pytest -q tests/test_budgets.py tests/test_architecture.py tests/test_docs.py
	$(PY) -m pytest -q tests/pure tests/classifiers --cov=monitor --cov=classifiers --cov-branch --cov-report=
	$(PY) -m coverage report --include=$$($(PY) tests/test_architecture.py) --skip-covered --show-missing --fail-under=100

bench: .venv/.bench
	@for file in benchmarks/*.py; do echo; PYTHONPATH=. $(PY) $$file || exit 1; done

soak: .venv/.test
	@$(PY) -m pytest -n 2 tests/soak

# One file for an installation without internet: make bundle, make bundle ARCH=aarch64
bundle: .venv/.run
	@$(PY) bundle/build.py --arch $(ARCH)

# Builds it, cuts the network, installs and runs it; runs every step of the Dockerfile. As root, with namespaces.
test-bundle: .venv/.test
	@$(PY) -m pytest tests/bundle

# Maintainers: needs uv on PATH. Hashes of every file, no index addresses.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/build.in -o requirements/build.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/bundle.in -o requirements/bundle.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra postgres --extra chat -c requirements/run.txt pyproject.toml -o requirements/all.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra train --extra test pyproject.toml -o requirements/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --constraint requirements/test.txt --extra bench pyproject.toml -o requirements/bench.txt

clean:
	rm -rf .venv build dist *.egg-info
