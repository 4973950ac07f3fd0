# Two commands do all the set-up: `make run` and `make test`. The rest is for those who build on it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench drill mutants test-containers compose-secrets contracts lock clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(VENV)/.run ## make the environment in .venv, with .venv/bin/hub

run: $(VENV)/.run $(VENV)/.papers ## start the whole house at http://127.0.0.1:8000 (PORT, DATA_DIR)
	@exec $(BIN)/python -m services

test: $(VENV)/.test $(VENV)/.papers ## set everything up and run all tests but the container stage
	@.ci/servers
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.test ## formatting, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.test ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test ## measure speed side by side with what a user would pick instead
	@.ci/servers
	$(BIN)/python -m tests.bench $(ARGS)

drill: $(VENV)/.test ## break everything that can break, for hours, and count what is lost or doubled (ARGS="--part ...")
	@.ci/servers
	@$(if $(ARGS),true,POWER_CUTS=20 $(BIN)/pytest tests/e2e/test_power_cuts.py -s)
	$(BIN)/hub drill $(ARGS)

mutants: $(VENV)/.test ## break the house on purpose, and see whether the tests notice (ARGS="--only outbox")
	$(BIN)/python -m tests.mutants $(ARGS)

test-containers: $(VENV)/.test ## images, docker-compose.yml and testcontainers on a Docker engine
	$(BIN)/pytest -m containers tests $(ARGS)

compose-secrets: ## make the secrets docker-compose.yml mounts, and two demo approvers
	@$(PYTHON) deploy/compose/make_secrets.py

contracts: $(VENV)/.run ## write shared/contracts/openapi.json and asyncapi.json from the code
	$(BIN)/hub openapi > shared/contracts/openapi.json.new && mv shared/contracts/openapi.json.new shared/contracts/openapi.json
	$(BIN)/hub asyncapi > shared/contracts/asyncapi.json.new && mv shared/contracts/asyncapi.json.new shared/contracts/asyncapi.json

lock: $(VENV)/.test ## pin all dependencies anew, with hashes and without addresses
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and caches, never data/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info

$(VENV)/.made:
	@.ci/python $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.lock pyproject.toml
	@echo "installing (once) ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# The libraries that set PDFs; without them the hub says that there are none here.
$(VENV)/.papers: $(VENV)/.run
	@.ci/papers $(BIN)/python
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.lock
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@
