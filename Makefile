# What a person types. Every target sets up what it needs and works again when run twice.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo serve test check bench bench-field bench-targeting bench-matching notebooks catalogues clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "JPS needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.setup-dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.setup

setup: $(VENV)/.setup ## Install what JPS needs into .venv
setup-dev: $(VENV)/.setup-dev ## The same with the tools of developers

demo: setup ## Invented province: enter, match, score, map; then serve on 127.0.0.1:5000
	$(BIN)/flask --app wsgi demo $(DEMO)

serve: setup ## Serve your own office (folder JPS_HOME, default ./instance)
	$(BIN)/flask --app wsgi serve

test: setup-dev ## Run all tests: SQLite, PostgreSQL, real browser
	@.ci/chromium $(BIN)/python
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST)

check: setup-dev ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev ## Measure; prints a table for docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks

# Benchmarks whose names begin so.
benches = $(patsubst tests/benchmarks/bench_%.py,%,$(wildcard tests/benchmarks/bench_$(1)*.py))

bench-field: setup-dev ## Measure phones, Collect and lists; 200 random sequences of field work
	$(BIN)/python -m tests.benchmarks $(call benches,field_)
	JPS_SEQUENCES=200 $(BIN)/python -m pytest -q tests/api/test_phone_sequences.py

bench-targeting: setup-dev ## Measure simulation, lists, decrees and figures of 300,000 households
	$(BIN)/python -m tests.benchmarks $(call benches,targeting) aid

# Linkers that cannot share an environment: the file of pins ends like the folder.
.venv-%/.setup: tests/benchmarks/requirements-%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench-matching: setup-dev .venv-peers/.setup .venv-splink4/.setup .venv-splink5/.setup ## JPS against other linkers; SETS="--sets 1200k --repeats 1"
	$(BIN)/python -m tests.benchmarks.against $(SETS)

$(VENV)/.setup-analysis: requirements.txt requirements-analysis.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-analysis.txt
	@touch $@ $(VENV)/.setup

notebooks: $(VENV)/.setup-analysis ## Notebooks for analysts in JupyterLab (JPS_TOKEN; JPS_HOME or JPS_URL)
	JPS_HOME="$(abspath $(or $(JPS_HOME),instance))" PYTHONPATH="$(CURDIR)" $(BIN)/jupyter lab notebooks

catalogues: setup-dev ## Collect new texts for translation
	@mkdir -p build
	$(BIN)/pybabel -q extract -F jps/translations/babel.cfg -k N_ --no-location --sort-output --no-wrap -o build/messages.pot jps
	$(BIN)/pybabel -q update -i build/messages.pot -d jps/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

clean: ## Remove the environment and the demo's office
	rm -rf $(VENV) instance
