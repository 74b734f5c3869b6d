# Everything that a person runs. `make` alone explains itself.

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13; do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && exit; done; echo python3)
STAGE ?= dev
REGION ?= ap-southeast-3
STRICT ?=
LAMBDA ?=
BIN := .venv/bin
OPS := $(BIN)/python -m ops
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help setup demo up test chaos mutants bench screenshot check format bootstrap deploy doctor package clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with the pinned requirements (needs Python 3.11 or newer)

demo: $(READY) ## Play a scripted day through the whole system on this machine, under a minute; LAMBDA=1 as for up
	@$(BIN)/python -m devstack demo $(if $(filter 1,$(LAMBDA)),--lambda-runtime)

up: $(READY) ## Run the whole system on this machine until interrupted; LAMBDA=1 as it is deployed, in Lambda's own runtime
	@$(BIN)/python -m devstack up $(if $(filter 1,$(LAMBDA)),--lambda-runtime)

test: $(READY) ## Run every tier of tests that this machine can; STRICT=1 fails when one is left out
	@$(BIN)/python -m tests.tiers $(if $(filter 1,$(STRICT)),--strict)

chaos: $(READY) ## Break everything by chance: N seeds from SEED on; a failing one is replayed by its number
	@$(BIN)/python -m tests.chaos.play --seed $(or $(SEED),0) --n $(or $(N),200) --share $(or $(SHARE),0.05) \
		--residents $(or $(RESIDENTS),12) --without '$(WITHOUT)' --certain '$(CERTAIN)'

mutants: $(READY) ## Break delivery in every known way, one at a time, and see whether the tests notice
	@$(BIN)/python -m tests.chaos.mutants

bench: $(READY) ## Tell how long residents wait for an answer on this machine, at two messages a second
	@$(BIN)/python -m bench.answers

screenshot: $(READY) ## Take the README's picture of the phone page (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshot

check: $(READY) ## Lint, formatting, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## Format the code and fix what ruff can fix
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bootstrap: $(READY) ## Make or update what STAGE keeps outside its functions: table, queues, logs, alarms
	@$(OPS) bootstrap --stage $(STAGE) --region $(REGION)

deploy: $(READY) ## Deploy STAGE to the AWS account that you are signed in to: all of it
	@$(OPS) deploy --stage $(STAGE) --region $(REGION)

doctor: $(READY) ## Look whether STAGE is as it should be
	@$(OPS) doctor --stage $(STAGE) --region $(REGION)

package: $(READY) ## Build zip and CloudFormation template of STAGE, once bootstrapped, into build/
	@$(OPS) package --stage $(STAGE) --region $(REGION)

clean: ## Remove builds and caches; .venv and deployed state stay
	@rm -rf build .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .chalice/deployments
	@find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

# Made anew when a requirement changes. A .venv that works is kept and brought up to date, a broken one is replaced.
$(READY): requirements.txt requirements-dev.txt constraints.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		python="$(PYTHON)"; \
		"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
			echo "Kabar needs Python 3.11 or newer, but $$python is: $$("$$python" --version 2>&1 | head -n 1)" >&2; \
			echo "Say where one is: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }; \
		echo "Making .venv with $$("$$python" --version)"; \
		"$$python" -m venv --clear .venv || { echo "venv failed (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }; }
	@echo "Installing the pinned requirements, which takes about half a minute"
	@$(BIN)/python -m pip install --disable-pip-version-check -qq -r requirements-dev.txt -c constraints.txt
	@touch $@
