# Two commands to know: make run, make test. Everything installed is pinned in constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: help setup run test parity lint format bench bench-parity clean

help: ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## make the environment (.venv) and check the system libraries; nothing to do is done in under a second
	@$(PYTHON) scripts/setup.py

run: setup ## open the window on a sample project; without a display, make the same project headless
	@$(BIN)/maskwright demo $(ARGS)

test: setup ## run the whole suite (ARGS='-k coco' picks some)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n auto --dist loadfile $(ARGS)

parity: setup ## compare SAM with its authors' own packages, in an environment of its own (.venv-parity)
	@$(BIN)/python scripts/parity.py $(ARGS)

lint: setup ## check format, lint, strict types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## write the format that lint asks for
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## measure everything that has a figure to reach and print one report (ARGS=classic picks some)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python scripts/bench.py $(ARGS)

bench-parity: setup ## measure SAM against its authors' own package, small and in full size (ARGS=--small: minutes less)
	@$(BIN)/python scripts/parity.py bench $(ARGS)

clean: ## remove the environment and every cache and build output
	rm -rf .venv .venv-parity .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find annotator engine models tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
