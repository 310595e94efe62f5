# Codebell: `make demo` to try it, `make test` to check it.
PYTHON ?= python3
PORT ?= 8085
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CATALOGUES := $(wildcard bot/locales/*/LC_MESSAGES/bot.po)
POT := $(VENV)/bot.pot
# The tests' files live in memory where there is a GB of it: a database waits for the disk at every commit.
SHM := $(shell test -w /dev/shm && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 1000000 { print "/dev/shm" }')
COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help install demo run test tests check sweep torture broadcast soak texts lock audit bench image screenshots

help: ## print these targets
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

install: $(VENV)/.compiled ## make the virtual environment (.venv) from the lock file

$(VENV)/.installed: requirements-dev.lock
	@test -x $(BIN)/pip || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 …")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(VENV)/.compiled: $(VENV)/.installed $(CATALOGUES)
	@$(BIN)/pybabel --quiet compile --domain bot --directory bot/locales
	@touch $@

demo: install ## a Telegram, its providers and the real bot on this machine; no token needed (PORT=8085)
	@exec $(BIN)/python -m bot demo --port $(PORT)

run: install ## the bot on real Telegram, with the settings of .env
	@exec $(BIN)/python -m bot

test: install ## everything: the checks, and beside them unit, flow, fault and browser tests
	@$(MAKE) --no-print-directory --jobs 2 tests check

# Compiled once, not by each of the processes that the tests start.
tests: export PYTHONDONTWRITEBYTECODE =
tests: install
	@$(if $(SHM),TMPDIR=$(SHM)) $(BIN)/python -m pytest --quiet \
		--numprocesses 3 --no-loadscope-reorder --override-ini tmp_path_retention_policy=failed

check: install ## the quick half of the tests: style, types, import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

sweep: install ## end the bot at every failpoint, whatever its providers and Telegram do then (minutes)
	@$(if $(SHM),TMPDIR=$(SHM)) $(BIN)/python -m tests.faults.sweep

torture: install ## kill and stop the bot at random moments while people buy, then count (minutes)
	@$(if $(SHM),TMPDIR=$(SHM)) $(BIN)/python -m tests.faults.torture

broadcast: install ## one message to 5,000 chats, killed twice on the way, then every copy is counted (minutes)
	@$(if $(SHM),TMPDIR=$(SHM)) $(BIN)/python -m tests.faults.broadcast

soak: install ## many people use the bot for 20 minutes (MINUTES=20); its memory, files and tasks must stay as they are
	@$(if $(SHM),TMPDIR=$(SHM)) $(BIN)/python -m tests.faults.soak $(if $(MINUTES),--minutes $(MINUTES))

texts: $(VENV)/.installed ## collect the texts of the code into the catalogues
	@$(BIN)/pybabel --quiet extract --no-location --sort-output --project Codebell --version 1 --ignore-dirs migrations -k t -k text -k plain -k many:1,2 -o $(POT) bot handlers storage
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -D bot -i $(POT) -d bot/locales

lock: ## write both lock files anew: what runs, and what the tests need beside it (needs uv)
	@$(COMPILE) --extra test -o requirements-dev.lock
	@$(COMPILE) --constraint requirements-dev.lock -o requirements.lock

audit: install ## known vulnerabilities among the locked packages, and whether all are pinned by hash
	@$(BIN)/python -m pip check
	@$(BIN)/python -m tests.audit

screenshots: install ## draw the pictures of the README anew, with the browser tests
	@SCREENSHOTS=1 $(BIN)/python -m pytest --quiet tests/browser/test_pictures.py

image: install ## the image's steps in a clean root, without Docker, and the bot of it (root; apt-get install debootstrap)
	@$(BIN)/python -m tests.image

bench: install ## how fast the bot is on this machine
	@$(BIN)/python -m tests.benchmarks
