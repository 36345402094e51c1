# Holdfast. `make` lists the targets. Python 3.11 or newer, Node.js 20 or 22, npm and Terraform 1.11 must be there.

PYTHON ?= python3
PIPENV_VERSION = 2026.10.3
VENV_PYTHON = .venv/bin/python
HOLDFAST = $(VENV_PYTHON) -m operations
STARTED := $(shell date +%s)

# Without compiled files a start takes 45 s instead of 2.
unexport PYTHONDONTWRITEBYTECODE
export PIPENV_VENV_IN_PROJECT = 1
export PIPENV_IGNORE_VIRTUALENVS = 1
export PIPENV_VERBOSITY = -1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo destroy install preflight test unit rotation-matrix mutants bench diagram docs lint format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: install ## Deploy citizen-data into a local AWS: installs, deploys, proves that a second plan is empty, rotates
	@HOLDFAST_INSTALL_SECONDS=$$(( $$(date +%s) - $(STARTED) )) $(HOLDFAST) demo

destroy: ## Destroy what the demo deployed, and the local AWS
	@if [ -f .venv/.installed ]; then $(HOLDFAST) demo --destroy; else echo "Nothing is installed, so nothing to destroy."; fi

# More processes than cores: six deploy systems, which is waiting for the most part.
test: install ## Run every test, with coverage
	@$(VENV_PYTHON) -m pytest -n 8 --no-loadscope-reorder --cov --cov-report=term:skip-covered

unit: install ## Run the tests that need neither Terraform nor a server
	@$(VENV_PYTHON) -m pytest -q -n 2 --dist loadgroup -m "not terraform and not server and not deployed and not slow"

rotation-matrix: install ## Show what becomes of a rotation with every fault; writes docs/rotation-matrix.md
	@$(VENV_PYTHON) -m tests.rotation_matrix

mutants: install ## Take each protection out of the systems, one at a time: a rule of `holdfast comply` must notice
	@$(VENV_PYTHON) -m tests.compliance.mutants

bench: install ## Measure the speed of synthesis and of a review
	@$(HOLDFAST) bench
	@$(VENV_PYTHON) -m tests.operations.review.bench

diagram: install ## Draw the pictures of the systems again
	@$(HOLDFAST) diagram citizen-data --environment prod --out docs/diagrams/citizen-data.svg
	@$(HOLDFAST) diagram database-ha --environment prod --out docs/diagrams/database-ha.svg

docs: diagram ## Write again what is generated: picture, settings reference, tables of rules, list of decisions
	@$(VENV_PYTHON) -m stacks.settings_reference
	@$(VENV_PYTHON) -m operations.compliance.reference
	@$(VENV_PYTHON) -m tests.docs.decisions

lint: install ## Check style and types
	@$(VENV_PYTHON) -m ruff check . && $(VENV_PYTHON) -m ruff format --check . && $(VENV_PYTHON) -m mypy

format: install ## Format the code
	@$(VENV_PYTHON) -m ruff format . && $(VENV_PYTHON) -m ruff check --fix .

clean: ## Remove what was installed, and all working files; stops the local AWS
	@if [ -f .venv/.installed ] && [ -d .holdfast/local ]; then $(HOLDFAST) local reset --yes || { \
	  echo "The local AWS may still be running, so nothing else was removed. To go on without it: rm -r .holdfast/local" >&2; \
	  exit 1; }; fi
	@rm -rf .venv .tools node_modules .holdfast cdktf.out cfn-outputs .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .coverage .coverage.* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if grep -qs '^# Written by `holdfast demo`' backend.tf; then rm backend.tf; fi

# A Python that was replaced by another version leaves the packages behind: then they are installed again.
install: preflight ## Install from the locks: .venv, .tools, node_modules
	@$(VENV_PYTHON) -c "import typer" 2>/dev/null || rm -f .venv/.installed .venv/.warm
	@$(MAKE) -s --no-print-directory -j2 .venv/.installed node_modules/.installed
	@$(MAKE) -s --no-print-directory .venv/.warm

preflight:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: https://www.python.org/downloads" >&2; exit 2; }
	@$(PYTHON) operations/preflight.py

# Pipenv from the PATH when there is one, else a pinned one of our own.
.venv/.installed: Pipfile.lock
	@echo "Installing the Python packages of Pipfile.lock"
	@$(VENV_PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@pipenv=$$(command -v pipenv) && "$$pipenv" --version >/dev/null 2>&1 || { \
	  pipenv=$$PWD/.tools/bin/pipenv; \
	  [ -x "$$pipenv" ] || { $(PYTHON) -m venv .tools && .tools/bin/pip install -qq pipenv==$(PIPENV_VERSION); }; \
	} && "$$pipenv" sync --dev
	@touch $@
	@echo "The Python packages are there"

node_modules/.installed: package-lock.json .npmrc
	@echo "Installing the npm packages of package-lock.json"
	@npm ci --ignore-scripts --no-progress --loglevel=error
	@touch $@
	@echo "The npm packages are there"

# What the first synthesis would otherwise wait for: compiled Python, the extracted jsii packages and their index.
.venv/.warm: .venv/.installed node_modules/.installed
	@echo "Warming up"
	@$(VENV_PYTHON) -m modules.lazy_bindings.warm main.py
	@touch $@
