# Codebell: `make demo` to try it, `make test` to check it.
PYTHON ?= python3
PORT ?= 8085
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo run test check texts lock

help: ## print these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 18

install: $(VENV)/.installed ## make the virtual environment (.venv) from the lock file

$(VENV)/.installed: requirements.lock bot/locales/en/LC_MESSAGES/bot.po
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	@$(BIN)/pybabel --quiet compile --domain bot --directory bot/locales
	@touch $@

demo: $(VENV)/.installed ## a Telegram, its providers and the real bot on this machine; no token needed (PORT=8085)
	@exec $(BIN)/python -m bot demo --port $(PORT)

run: $(VENV)/.installed ## the bot on real Telegram, with the settings of .env
	@exec $(BIN)/python -m bot

check: $(VENV)/.installed ## the quick half of the tests: style, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check ## everything: style, types, contracts, unit, flow, fault and browser tests
	@$(BIN)/python -m pytest -n auto -q

texts: $(VENV)/.installed ## collect the texts of the code into the catalogues
	@$(BIN)/pybabel --quiet extract --no-location --sort-output -k t -k t.plain -k text -k t.many:1,2 -k plain -o bot/locales/bot.pot bot handlers
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching -D bot -i bot/locales/bot.pot -d bot/locales --ignore-obsolete

lock: ## write requirements.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra test --no-annotate --quiet -o requirements.lock pyproject.toml
