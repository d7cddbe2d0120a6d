# Meeting Point. `make` lists the targets; a second run of anything is quick, because stamp files record what is already installed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --annotation-style line

# The options of these are on the command line of make. The scripts get them in the environment as they are written, a `$`, too; a
# variable of the same name that happens to be in the environment already does not count.
OPTIONS := DOMAIN EMAIL_URL EMAIL_URL_FILE PROCESSES DATABASE PROXY TLS RELAY VERSION BACKUP KEEP_DATA
ifneq (,$(filter install upgrade rollback uninstall env,$(MAKECMDGOALS)))
  $(foreach name,$(OPTIONS),$(eval $(if $(filter command line,$(origin $(name))),export override $(name) := $$(value $(name)),unexport $(name))))
endif

.PHONY: help run demo bundle test test-python test-js test-browser test-faults check format install upgrade rollback uninstall lock env sbom pictures bench-signaling bench-files bench-files-memory bench-media bench-first-click bench-gate bench-scale bench-mail bench-growth bench-mesh clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

run: $(STAMPS)/runtime ## Start Meeting Point on http://localhost:8000 (SQLite, one process, development settings).
	@DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=1 PORT=$(PORT) $(BIN)/python manage.py serve

demo: export DATABASE_URL = sqlite:///$(CURDIR)/var/demo.sqlite3
demo: $(STAMPS)/runtime ## Start a made-up site to look at: 30 people, 50 rooms, reports; its own database, made again at each start.
	@mkdir -p var && DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=1 PORT=$(PORT) $(BIN)/python manage.py demo
	@DEBUG=1 PORT=$(PORT) $(BIN)/python manage.py serve

bundle: $(STAMPS)/runtime $(STAMPS)/node ## Bundle the modules and style sheets of the pages into var/bundle, which production serves.
	@$(BIN)/python -m scripts.bundle

test: $(STAMPS)/dev $(STAMPS)/system bundle ## Run every test: Python, JavaScript, then real browsers against real servers.
	@$(BIN)/python scripts/run_tests.py python js browser lab

test-python: $(STAMPS)/dev $(STAMPS)/system bundle ## Run only the Python tests.
	@$(BIN)/python scripts/run_tests.py python

test-js: $(STAMPS)/dev $(STAMPS)/system ## Run only the JavaScript tests.
	@$(BIN)/python scripts/run_tests.py js

test-browser: $(STAMPS)/dev $(STAMPS)/system bundle ## Run only the browser tests.
	@$(BIN)/python scripts/run_tests.py browser

test-faults: $(STAMPS)/dev $(STAMPS)/system $(STAMPS)/sound bundle ## Run every test of the network lab, the long stories of operators and of the browsers (root, some two hours).
	@$(BIN)/python scripts/run_tests.py faults operating long

check: $(STAMPS)/dev $(STAMPS)/node ## Check format, style, types, templates, migrations and settings.
	@PATH="$(abspath $(BIN)):$$PATH" scripts/check.sh

install: ## Turn this Debian server into a site, or change one: sudo make install DOMAIN=meet.example.org [EMAIL_URL_FILE=…]
	@TARGET=$@ deploy/install/install.sh

upgrade: ## Run the release of this checkout, after a backup: sudo make upgrade [VERSION=…]
	@TARGET=$@ deploy/install/upgrade.sh

rollback: ## Run the release from before the last upgrade again.
	@TARGET=$@ deploy/install/rollback.sh

uninstall: ## Take back all that `make install` did, with the data: sudo make uninstall [KEEP_DATA=yes]
	@TARGET=$@ deploy/install/uninstall.sh

format: $(STAMPS)/dev ## Format the Python files.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(STAMPS)/dev ## Resolve requirements*.txt into the lock files again: every package with its hashes (asks the package index).
	$(BIN)/uv pip compile $(LOCK) requirements.txt --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK) --constraint requirements.lock requirements-dev.txt --output-file requirements-dev.lock

env: ## Write the settings and make the secrets of deploy/compose.yaml: sudo make env DOMAIN=meet.example.org [EMAIL_URL_FILE=…].
	@deploy/make-env.sh .env deploy/secrets

sbom: $(STAMPS)/dev ## Write the software bill of materials, CycloneDX, to var/sbom.cdx.json.
	@$(BIN)/python -m scripts.sbom

pictures: $(STAMPS)/dev $(STAMPS)/system ## Take the pictures of the product again, and draw the preview of links and the icons.
	@$(BIN)/python -m scripts.pictures

bench-signaling: $(STAMPS)/dev $(STAMPS)/node ## Compare the signaling server with others, in one run.
	@$(BIN)/python -m benchmarks.signaling

bench-files: $(STAMPS)/dev $(STAMPS)/system ## Compare file transfer with one bare connection and with other tools' schemes, in one run (root).
	@$(BIN)/python -m benchmarks.files

bench-files-memory: $(STAMPS)/dev $(STAMPS)/system ## Measure the memory of both tabs for files of 4 GB, and of 2 GB to a slow disk (15 minutes).
	@$(BIN)/python -m benchmarks.files_memory

bench-media: $(STAMPS)/dev $(STAMPS)/system ## Compare calls on slow and lossy links with a plain peer connection, in one run (root).
	@$(BIN)/python -m benchmarks.media

bench-first-click: $(STAMPS)/dev $(STAMPS)/system ## Measure from the opened link to the first frame, on a LAN and on two slow lines (root).
	@$(BIN)/python -m benchmarks.first_click

bench-gate: $(STAMPS)/dev bundle ## Compare joins, messages, memory and pages with benchmarks/limits.toml (under two minutes).
	@$(BIN)/python -m benchmarks.gate


bench-scale: $(STAMPS)/dev $(STAMPS)/system ## Measure a large site: many sockets, restarts, rooms that fill at once, pages, links (ten minutes).
	@$(BIN)/python -m benchmarks.scale

bench-mail: $(STAMPS)/dev $(STAMPS)/system bundle ## Compare pages while a mail server hangs with those while it works, in one run (a minute).
	@$(BIN)/python -m benchmarks.mail

bench-growth: $(STAMPS)/dev $(STAMPS)/system ## Compare every page, list, search and command on 100,000 rooms with those on 400 (half an hour).
	@$(BIN)/python -m benchmarks.growth

bench-mesh: $(STAMPS)/dev $(STAMPS)/system bundle ## Compare a plain mesh with ours: processor, frames, latency, lip sync; PEOPLE="2 4 8" ROUNDS=1 (a quarter of an hour).
	@$(BIN)/python -m benchmarks.mesh --people $(or $(PEOPLE),2 4 8) --rounds $(or $(ROUNDS),1)

clean: ## Remove what the tests and checks leave behind (never the database, never .env).
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache var/test var/bundle
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Requirements ─────────────────────────────────────────────────────────────────────────────────
$(VENV)/bin/python:
	@scripts/install-system.sh venv
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/runtime: requirements.lock | $(VENV)/bin/python
	$(INSTALL) -r requirements.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock | $(VENV)/bin/python
	$(INSTALL) -r requirements-dev.lock
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/runtime

$(STAMPS)/system: scripts/install-system.sh | $(VENV)/bin/python
	@scripts/install-system.sh tests
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/sound: scripts/install-system.sh | $(VENV)/bin/python
	@scripts/install-system.sh sound
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: $(wildcard package.json package-lock.json) | $(VENV)/bin/python
	@scripts/install-system.sh node
	npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(STAMPS) && touch $@
