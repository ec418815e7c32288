# The two that matter: `make run` shows a shop working, `make test` proves it.
.PHONY: help setup run check audit docs test test-slow format clean
.DEFAULT_GOAL := help
bin := .venv/bin
export HF_HUB_OFFLINE ?= 1
# Where nothing keeps what was compiled, each process compiles torch or Rasa anew.
unexport PYTHONDONTWRITEBYTECODE
# What stays together, tests/conftest.py says. A failure that does not come again is listed as
# RERUN, not hidden: docs/decisions/0017.
workers := -n logical --maxprocesses 4
again := --reruns 2 --reruns-delay 1 -rsR

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Make both environments and build the web pages
	@scripts/setup

run: setup ## Start the whole shop and print its page
	@$(bin)/shopkeeper up

check: setup ## Format, lint, types, import contracts, web
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@$(bin)/lint-imports
	@cd web && PATH="$$PWD/../.tools/node/bin:$$PATH" npm run --silent check
	@$(bin)/python scripts/audit.py || echo 'What is open fails `make audit`, not this: it may have become known overnight.'

audit: setup ## Known vulnerabilities of what we depend on, where the network allows asking
	@$(bin)/python scripts/audit.py

docs: setup ## Write docs/api.md from the gateway's OpenAPI page
	@$(bin)/python scripts/api_docs.py

test: setup ## The default tests, ten to fourteen minutes on two cores
	@cd web && PATH="$$PWD/../.tools/node/bin:$$PATH" npm test --silent
	@$(bin)/python -m pytest $(workers) $(again)

test-slow: setup ## The longer tests as well
	@$(bin)/python -m pytest -m ''

format: setup ## Put code into the project's format
	@$(bin)/ruff check --fix-only --quiet .
	@$(bin)/ruff format --quiet .
	@cd web && PATH="$$PWD/../.tools/node/bin:$$PATH" npm run --silent format

clean: ## Remove environments, builds and caches (never var/, the shop's own data)
	@rm -rf .venv bot/.venv .tools .cache web/node_modules web/dist
