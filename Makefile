# Two commands matter: `make demo` and `make test`. Everything else is for people who work on MailBridge.

PYTHON ?= python3
BIN    := .venv/bin
ONCE   ?=

.PHONY: demo test check format lock live bench corpus docs clean

## Show MailBridge at work: sets up what is missing, sends the mails of demo/, then keeps serving (ONCE=1: ends).
demo: .venv/run.stamp
	@$(BIN)/python -m demo.run $(if $(ONCE),--once)

## Install what the tests need, check the code, run all tests.
test: .venv/dev.stamp
	@sh tests/install-debian.sh
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

## Format, lint, types, imports.
check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

## Only the tests with real servers (Postfix, PostgreSQL).
live: .venv/dev.stamp
	@sh tests/install-debian.sh
	$(BIN)/python -m pytest -m live -q

## Measure MailBridge beside its peers and write docs/explanation/performance.md (QUICK=1: a short look, nothing written).
BENCH ?= ../shared/bench
QUICK ?=
bench: .venv/run.stamp
	@$(BIN)/python -m bench.compare --bench "$(BENCH)" $(if $(QUICK),--quick)
	@$(if $(QUICK),:,$(BIN)/python -m bench.memory --bench "$(BENCH)" --page)
	@$(BIN)/python -m bench.reading --bench "$(BENCH)" $(if $(QUICK),--quick,--page)
	@$(BIN)/python -m bench.signatures --bench "$(BENCH)" $(if $(QUICK),--quick,--page)
	@$(BIN)/python -m bench.book --bench "$(BENCH)" $(if $(QUICK),--quick,--page)

## Measure how well documents are read, and write docs/explanation/reading-quality.md with ACCEPT=1 (QUICK=1: one record in six).
CORPUS ?= ../shared/corpus
ONLY   ?=
KEEP   ?=
SEED   ?= 1
ACCEPT ?=
corpus: .venv/dev.stamp
	@$(BIN)/python -m tests.corpus.evaluate --corpus "$(CORPUS)" --seed "$(SEED)" $(if $(QUICK),--quick) \
	    $(if $(ONLY),--only "$(ONLY)") $(if $(KEEP),--keep) $(if $(ACCEPT),--accept)

## Pin the dependencies of pyproject.toml anew, with hashes and without addresses.
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-annotate --no-header --quiet
lock: .venv/setup.stamp
	$(COMPILE) requirements/setup.in -o requirements/setup.lock
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/dev.lock
	$(COMPILE) pyproject.toml --extra ocr --extra archives --extra report -c requirements/dev.lock -o requirements/run.lock

.venv/setup.stamp: requirements/setup.lock
	@echo "setting up a virtual environment in .venv …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/setup.lock
	@touch $@

INSTALL = $(BIN)/uv pip install -q --python $(BIN)/python
.venv/run.stamp: .venv/setup.stamp requirements/run.lock pyproject.toml
	@echo "installing what MailBridge runs on …"
	@test -e .venv/dev.stamp || $(INSTALL) --require-hashes -r requirements/run.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/setup.stamp requirements/dev.lock pyproject.toml
	@echo "installing what the tests need …"
	@$(INSTALL) --require-hashes -r requirements/dev.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv demo/run .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
