# `make help` lists the targets. RAW=folder names the folder of raw sources.
SHELL := /bin/bash
PYTHON ?= python3
RAW ?= $(PKSTATS_RAW)
export PKSTATS_RAW := $(RAW)
# Two processes share the work; more threads inside each would only wait for one another.
export OPENBLAS_NUM_THREADS ?= 1
BIN := .venv/bin
STAMP := .venv/.pkstats-stamp

.DEFAULT_GOAL := help
.PHONY: help env reproduce fetch data accept book test check bench simulate calibrate lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(STAMP) ## Create or update .venv from requirements.lock
	@:

$(STAMP): requirements.lock pyproject.toml hatch_build.py environment.sh
	@bash environment.sh "$(PYTHON)"

reproduce: env ## Panels, analyses, comparison with the committed reference, book, verdict
	@$(BIN)/pkstats reproduce

book: env ## Build the book from what build/ holds
	@$(BIN)/pkstats build book

fetch: env ## Download missing raw files from their public mirrors, then check all that are needed
	@$(BIN)/pkstats data fetch
	@$(BIN)/pkstats data verify

data: env ## Rebuild the panels from raw and accept them as the reference
	@$(BIN)/pkstats build panels
	@$(BIN)/pkstats accept panels

accept: env ## Copy the panels and results of build/ over the committed reference
	@$(BIN)/pkstats accept

test: env ## The whole test suite
	@$(BIN)/python -m pytest

check: env ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: env ## Data layer, inference beside its peers, growth of cost, into benchmarks/results
	@$(BIN)/python benchmarks/data.py
	@$(BIN)/python benchmarks/inference.py
	@$(BIN)/python benchmarks/growth.py

simulate: env ## Run the simulation of all methods again and compare it with the committed results
	@$(BIN)/pkstats simulate

calibrate: env ## Judge the placebo and power worlds by the whole rule; goes on where it was interrupted
	@$(BIN)/pkstats calibrate

lock: env ## Resolve requirements.lock again from pyproject.toml
	@$(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-header --no-annotate --all-extras --upgrade \
	  --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock pyproject.toml

clean: ## Remove build/
	@rm -rf build
