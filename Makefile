# The one list of commands. `make` alone prints it; what each needs is set up when it is missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Everything a command here writes stays inside the clone.
export FT_HOME ?= $(CURDIR)/.local/home

BIN := node_modules/.bin
RUN := node --import tsx
TEST := $(BIN)/vitest run
STEP := @dev/step.sh

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z0-9-]+:.*## /{printf "  make %-21s %s\n", $$1, $$2}' Makefile

## Start

.PHONY: setup build torch dev watch real link quick quick-tiny quick-proof
setup: ## check tools, install packages, build the addon and the programs
	@./setup.sh

build: ## the addon and the programs, where their sources changed
	@./setup.sh deps native build

torch: ## the addon over libtorch, which FT_BACKEND=mps and cpu-torch compute with (nobody needs it; 550 MB are fetched)
	@./setup.sh tools torch

dev: setup test-unit check ## set up for development: hooks, unit tests, checks

watch: setup ## unit tests again on every change
	$(BIN)/vitest --project unit

real: ## fetch the real models: SmolLM2-135M-Instruct, 93 MB, and all-MiniLM-L6-v2, 83 MB
	@dev/real.sh

link: setup ## put ft and finetune on the path
	@dev/setup/link.sh

quick: ## fine-tune a real model in minutes, with the same questions before and after
	@start=$$(date +%s); ./setup.sh && FT_SETUP_SECONDS=$$(($$(date +%s) - start)) $(RUN) dev/quick.ts smollm2

quick-tiny: ## the same on the bundled model, which needs no download
	@start=$$(date +%s); ./setup.sh && FT_SETUP_SECONDS=$$(($$(date +%s) - start)) $(RUN) dev/quick.ts tiny

quick-proof: setup ## what quick shows, measured beside controls (MODEL=tiny or smollm2: that one only)
	@$(RUN) dev/quick-proof.ts $(MODEL)

## Test

.PHONY: test test-unit test-integration test-lora test-data test-templates test-config
test: setup ## all tests
	$(TEST)

test-unit: setup ## without addon, without network
	$(TEST) --project unit

test-integration: setup ## with the addon: operations, contracts, parity with other tools
	$(TEST) --project native --project contract --project parity

.PHONY: test-cuda
test-cuda: ## operations, parity and a training run on an NVIDIA GPU; says so where there is none
	@bash dev/test-cuda.sh

test-parity: setup ## every architecture beside transformers, a line each
	@$(RUN) dev/port/table.ts

test-lora: setup ## adapters
	$(TEST) adapter lora

test-data: setup ## reading, checking, splitting and batching data
	$(TEST) tests/unit/data tests/contract/data

test-templates: setup ## conversations, templates, tokenizers and masks
	$(TEST) tests/unit/text tests/contract/text tests/parity/text

test-config: setup ## configuration and profiles
	$(TEST) config

.PHONY: test-week2 test-week2-quick test-lora-quick
test-week2: test-data test-templates test-config test-lora ## data, templates, configuration and adapters

test-week2-quick: deps ## the same, only what needs no addon
	$(TEST) --project unit --no-isolate --exclude '**/*.soak.test.ts' tests/unit/data/ tests/unit/text/templates \
	  tests/unit/text/messages tests/unit/app/config tests/unit/app/precedence tests/unit/app/profiles

test-lora-quick: setup ## adapters, without the programs
	$(TEST) --project native --no-isolate tests/native/adapters tests/native/train/lora

.PHONY: test-e2e-workflow test-e2e-real-model test-e2e-mlx test-torch test-e2e-quick test-e2e-all
test-e2e-workflow: setup ## the programs, from data to adapter and answer
	$(TEST) --project cli workflow

test-e2e-real-model: setup ## a model from the hub (FT_REAL_MODEL_ENABLE=1, needs the network)
	$(TEST) --project cli real-model

test-e2e-mlx: setup ## the addon and its backends
	$(TEST) --project native

test-torch: setup torch ## the addon over libtorch beside MLX: operations, logits, answers, a run
	$(TEST) --project torch

test-e2e-quick: setup ## train quick, end to end
	$(TEST) --project cli quick

test-e2e-all: setup ## every end-to-end test
	$(TEST) --project cli --project native

.PHONY: inventory coverage soak interop packaging-check pack packages-check link-darwin mac-check bench
inventory: ## what works, by running what dev/inventory.yaml names (ALL=1: slow ones too; ROWS=1-30,44; JSON=1)
	@./setup.sh >&2
	@$(RUN) dev/inventory.ts $(if $(ALL),--all) $(if $(ROWS),--rows $(ROWS)) $(if $(JSON),--json)

link-darwin: deps ## compile and link the addon for darwin-arm64 from here (linked, never run)
	@bash dev/setup/link-darwin.sh

mac-check: setup ## on a Mac: tests, a training, the doctor, speed, in one file to report; elsewhere what that would be
	@$(RUN) dev/mac-check.ts

coverage: setup ## what unit tests run: coverage/index.html, fails where a folder is below dev/coverage.ts
	$(TEST) --coverage --project unit

soak: setup ## tests over generated input, at full length: minutes instead of a slice of it
	FT_SOAK=1 $(TEST) .soak.test.ts

packaging-check: deps ## the Dockerfile's lines in a clean folder, and what it starts asked (minutes)
	@$(RUN) dev/packaging/check.ts

pack: setup ## tarballs of the main package and of the platforms built here, into OUT=DIR
	@$(RUN) dev/packaging/pack.ts "$(OUT)"

packages-check: setup ## those tarballs installed with nothing but Node 20, 22 and 24, a training, the studio (minutes)
	@$(RUN) dev/packaging/try-packages.ts "$(OUT)"

interop: setup ## against mlx-lm itself, installed into .local/peers
	@dev/interop.sh

.PHONY: templates
templates: deps ## chat templates of much used models, to compare with transformers' renderings of them
	@dev/templates/fetch.sh

.PHONY: sanitize
sanitize: setup ## the addon's tests under AddressSanitizer and UndefinedBehaviorSanitizer (GCC on Linux)
	@dev/sanitize.sh

.PHONY: port port-new port-all
port: setup ## an architecture against transformers, layer by layer: make port llama
	@$(RUN) dev/port/main.ts $(AFTER_PORT)

port-new: setup ## what an architecture needs, before it is written: make port-new qwen3
	@$(RUN) dev/port/new.ts $(AFTER_PORT)

port-all: setup ## every architecture against transformers
	@$(RUN) dev/port/main.ts --all

# Words after these two are model types, not commands.
ifneq ($(filter port port-new,$(firstword $(MAKECMDGOALS))),)
AFTER_PORT := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(AFTER_PORT)
$(AFTER_PORT): ; @:
endif

bench: setup ## benchmarks; training beside mlx-lm and PyTorch goes to dev/bench/RESULTS.md
	@$(RUN) dev/bench/run.ts

.PHONY: bench-extract
bench-extract: deps ## how well conversations are found in documents (FT_PYTHON_PACKAGES=folder: its sources too)
	@$(RUN) dev/bench-extract/run.ts

## Check

.PHONY: deps addon check fix format lint typecheck
deps:
	@./setup.sh tools deps

addon: deps
	@./setup.sh native

check: addon ## everything but the tests
	@$(MAKE) -k check-format check-lint check-types check-layers check-unused check-seam check-rules check-reference check-size

fix: deps ## format and repair what can be repaired
	$(BIN)/oxfmt
	$(BIN)/oxlint --type-aware --fix

format: deps ## format
	$(BIN)/oxfmt

lint: deps check-lint check-layers check-unused ## lint, import direction, unused code

typecheck: deps check-types ## types

.PHONY: reference docs release-check
docs: deps ## the pages as a site that needs no server and no network, into OUT=DIR (build/site unless said)
	@$(RUN) dev/site/main.ts "$(OUT)"

release-check: setup ## what has to hold before a release: runs dev/release.md's commands (ONLY=names; LIST=1: lists them)
	@$(RUN) dev/release-check.ts $(if $(LIST),--list) $(if $(ONLY),--only $(ONLY))

reference: deps ## write again the pages that are made from the sources
	@$(RUN) dev/reference.ts

.PHONY: check-format check-lint check-types check-layers check-unused check-seam check-rules check-reference check-size
check-format:
	$(STEP) format $(BIN)/oxfmt --check
check-lint: api-types
	$(STEP) lint $(BIN)/oxlint --type-aware --deny-warnings
.PHONY: api-types
api-types:
	$(STEP) api-types $(RUN) dev/api-types.ts
check-types: api-types
	$(STEP) types $(BIN)/tsc -p . --noEmit
	$(STEP) types-of-pages $(BIN)/tsc -p src/studio/web --noEmit
	$(STEP) types-of-site $(BIN)/tsc -p dev/site/client --noEmit
check-layers: api-types
	$(STEP) layers $(RUN) dev/check-layers.ts
check-unused: api-types
	$(STEP) unused $(BIN)/knip --no-progress
check-seam:
	$(STEP) seam $(RUN) dev/check-binding.ts
check-rules:
	$(STEP) rules $(RUN) dev/check-rules.ts
check-reference:
	$(STEP) reference $(RUN) dev/reference.ts --check
check-size:
	$(STEP) size $(RUN) dev/size.ts

.PHONY: todo clean
todo: deps ## what the code says is still to do
	@$(RUN) dev/todo.ts

clean: ## remove what was built and cached here (run folders stay)
	rm -rf build dist dist.new coverage node_modules .local/tools .local/peers .local/peers-node .local/test
