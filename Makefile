# Two commands matter on a fresh machine: `make demo` and `make test`. Each sets up what it needs, and may be run again.
PYTHON ?= python3
PY := .venv/bin/python
SETUP := $(PYTHON) tools/setup.py
# Node.js is ours, in .venv/bin; a tool's `#!/usr/bin/env node` finds it there.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The demo and the tests start many processes; each would compile the whole connector anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo build check test-fast test soak mutants guards bench wheel lock format clean deploy scratch-org

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## everything the other commands need (they ask for it themselves)
	@$(SETUP) all

demo: ## the whole product on this machine: stand-in org and console, simulated customers, the panel
	@$(SETUP) demo $(if $(filter asterisk,$(SWITCH)),asterisk phones)
	@$(SETUP) speech || echo "demo: without a live transcript"
	@$(if $(filter asterisk,$(SWITCH)),ASTERISK="$$($(SETUP) --where asterisk)" PHONES="$$($(SETUP) --where phones)") \
		PYTHONPATH="$$($(SETUP) --where speech 2>/dev/null)" \
		exec .venv/bin/connector demo

build: ## the panel's assets, for the connector and (as static resources) for an org
	@$(SETUP) panel

check: ## style, types, imports, metadata, Apex, components: all checks that start no server
	@$(SETUP) python node panel
	@$(PY) tools/check.py

test-fast: ## the tests without a browser and without the slow ones: under 20 seconds
	@$(SETUP) python
	@$(PY) -m pytest -q -n 2 --dist worksteal -m "not browser and not slow and not live"

test: ## what CI runs: every check, then every test
	@$(SETUP) all
	@$(PY) tools/run_tests.py

soak: ## the long runs: many kills, many random walks
	@$(SETUP) all
	@HYPOTHESIS_PROFILE=soak SOAK=true $(PY) -m pytest

mutants: ## mutation testing of connector/domain; writes docs/reference/mutants.md
	@$(SETUP) python
	@nice -n 10 $(PY) tools/mutate.py

guards: ## each test of docs/reference/functions.md fails without its guard; writes docs/reference/guards.md
	@$(SETUP) all
	@$(PY) tools/guards.py

bench: ## the benchmarks of docs/reference/performance.md
	@$(SETUP) python panel browser asterisk
	@$(PY) bench/run.py

deploy: ## the Salesforce side into an org: make deploy ORG=alias HOST=phone.acme.com
	@test -n "$(ORG)" -a -n "$(HOST)" || { echo "deploy: give ORG=alias (of sf) and HOST=phone.acme.com (the connector's)"; exit 2; }
	@$(SETUP) python node panel
	@$(PY) tools/deploy.py "$(ORG)" "$(HOST)"

scratch-org: ## a scratch org with all of it, its user an agent: make scratch-org HOST=phone.acme.com [ORG=phone-panel]
	@test -n "$(HOST)" || { echo "scratch-org: give HOST=phone.acme.com (the connector's, as browsers reach it)"; exit 2; }
	@$(SETUP) python node panel
	@$(PY) tools/deploy.py --scratch $(if $(CI),,--open) "$(or $(ORG),phone-panel)" "$(HOST)"

wheel: ## dist/*.whl with the built panel inside: who installs it needs no Node.js
	@$(SETUP) python panel
	@$(PY) -m hatchling build -t wheel

lock: ## compile requirements/*.txt and package-lock.json anew, with the newest versions that fit
	@$(SETUP) python
	@$(PY) tools/lock.py

format: ## put what can be put right by itself: imports, component format
	@$(SETUP) python node
	@$(PY) -m ruff check --fix-only -q .
	@node node_modules/prettier/bin/prettier.cjs --write --log-level warn lwc force-app reports record-pages tools connector/sandbox/console/static *.mjs *.cjs *.json

clean: ## remove what was made in this clone; the shared cache stays
	rm -rf .venv node_modules dist coverage connector/panel/static connector/sandbox/console/static/vendor force-app/main/default/staticresources
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
