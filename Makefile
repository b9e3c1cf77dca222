# Every command of the project; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := bash
PY := .venv/bin/python
.PHONY: help setup run shell administrator demonstration train masking lint test test-widget test-coach test-around \
	improve adapter evaluate coaching encoders peers bench soak lock teams-package

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/.ready: tools/setup.sh requirements/dev.txt requirements/uv.txt $(shell find compat -type f -not -path '*/__pycache__/*') $(wildcard models/*.whl)
	@tools/setup.sh && touch $@

widget/dist/widget.js: .venv/.ready tools/widget.sh $(wildcard widget/*.json widget/*.ts) $(shell find widget/src -type f 2>/dev/null)
	@echo "Building the widget" && tools/widget.sh && touch $@

TEAMS := tools/teams/node_modules/.ready
$(TEAMS): .venv/.ready tools/teams.sh $(wildcard tools/teams/*.json) tools/teams/.npmrc
	@echo "Installing the tools for Teams" && tools/teams.sh && touch $@

REVIEW := review/node_modules/.ready
$(REVIEW): .venv/.ready tools/review.sh $(wildcard review/*.json) review/.npmrc
	@echo "Installing the scripts of the staff app" && tools/review.sh && touch $@

PROVIDER := tests/review/provider/node_modules/.ready
$(PROVIDER): .venv/.ready tools/identity_provider.sh $(wildcard tests/review/provider/*.json) tests/review/provider/.npmrc
	@echo "Installing the identity provider of the tests" && tools/identity_provider.sh && touch $@

READY := .venv/.ready widget/dist/widget.js $(REVIEW)
NPM := cd widget && PATH=$(CURDIR)/.venv/bin:$$PATH npm run --silent

setup: $(READY) ## make the environment in .venv

run: $(READY) ## start everything on 127.0.0.1 (RASA_PORT, ACTIONS_PORT, REVIEW_PORT)
	@$(PY) -m tools.serve

shell: $(READY) ## chat in the terminal
	@$(PY) -m tools.serve shell

administrator: $(READY) ## make an account that may do everything in the staff app
	@$(PY) -m tools.serve review createsuperuser

demonstration: $(READY) ## have a few made-up leaders talk with the coach that `make run` runs
	@$(PY) -m tools.demonstration

train: .venv/.ready ## train a model when there is none that fits
	@$(PY) -m tools.model

lint: $(READY) ## style and types
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	@$(NPM) lint
	@$(NPM) types

# What takes long and needs nothing of each other.
SIDE_BY_SIDE := $(MAKE) --no-print-directory --jobs=2
test: $(READY) $(TEAMS) $(PROVIDER) ## lint, types and all tests
	@tools/browser.sh
	@$(SIDE_BY_SIDE) train lint test-widget masking
	@$(SIDE_BY_SIDE) test-coach test-around

test-widget: $(READY)
	@$(NPM) test

AROUND := tests/review tests/storage tests/tools
test-coach:
	@.venv/bin/pytest $(AROUND:%=--ignore %)

test-around:
	@.venv/bin/pytest $(AROUND)

masking: .venv/.ready ## make the lists that names are recognised by, when there are none (make run does so too)
	@$(PY) -m review.masking models/deduce

improve: .venv/.ready ## learn from what staff corrected, and say what changed, in reports/ (FILE=downloaded.yml)
	@$(PY) -m tools.improve $(FILE)

adapter: .venv/.ready ## fit the sentence encoder to data/nlu anew (most of an hour; seldom needed)
	@$(PY) -m tools.adapt

evaluate: .venv/.ready ## recognition: scores, curves, thresholds, data and errors, in reports/
	@$(PY) -m benchmarks.evaluate

coaching: $(READY) ## conversations: sixty leaders talk with the coach; measures, breaches and transcripts, in reports/
	@$(PY) -m benchmarks.coaching

encoders: .venv/.ready ## the sentence encoders and classifiers side by side, in reports/
	@$(PY) -m benchmarks.encoders

peers: .venv/.ready ## recognition beside what else a team would pick (NLP.js, Rasa's default, linear), in reports/
	@$(PY) -m benchmarks.peers

bench: $(READY) masking ## training, start-up, reply, memory, disk, what storing and Teams cost, and the staff app
	@$(PY) -m benchmarks.bench && $(PY) -m benchmarks.locks && $(PY) -m benchmarks.storage && $(PY) -m benchmarks.teams
	@$(PY) -m benchmarks.masking && $(PY) -m benchmarks.projection && $(PY) -m benchmarks.review
	@tools/browser.sh && $(PY) -m benchmarks.widget

soak: $(READY) ## the long runs: load and faults, ten rounds
	@ROUNDS=10 .venv/bin/pytest -s tests/storage tests/channels/teams/test_many.py tests/review/test_outbox.py

teams-package: .venv/.ready $(TEAMS) ## make the app for the Teams admin centre, dist/reflectiecoach-teams.zip (docs/teams.md)
	@$(PY) -m tools.teams_package

lock: .venv/.ready ## resolve requirements/ anew from pyproject.toml
	@tools/lock.sh
