# What a newcomer types: `make up`, `make demo`, `make test`. The rest is what these stand on.

SHELL := /bin/bash
.DEFAULT_GOAL := help
WASM := wasm32-unknown-unknown
PLUGINS := $(foreach name,whatsapp shopify hubspot,plugins/target/$(WASM)/release/signalbox_$(name).wasm)
BIN := target/release/signalbox

.PHONY: help up demo test chaos bench bench-queue bench-plugins bench-inbox bench-realtime plugins console fmt sqlx docs clean-data

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

up: plugins console ## Build and start everything, with simulated providers, on this machine
	@scripts/step "building signalbox (minutes the first time, seconds after)" cargo build --release --quiet --bin signalbox
	@exec $(BIN) up --sandbox $(PLUGINS:%=--plugin %)

demo: ## Play what customers do at the simulated providers through a running `make up`, and tell the story
	@test -x $(BIN) || { echo "Nothing is built yet: run \`make up\` in another terminal first."; exit 1; }
	@$(BIN) demo

test: ## Run every check there is
	@scripts/test

chaos: ## Kill, freeze, cut off and fill up workers and database for some minutes (`make test` does it for one)
	SIGNALBOX_CHAOS=full scripts/with-postgres cargo test --release -p signalbox-queue --test chaos -- --nocapture --test-threads 1

bench: plugins ## Measure, and write the figures to bench/results and docs/performance.md
	@scripts/bench all

bench-queue: ## Measure the queue beside other job queues (an hour, and ten minutes to build them)
	@scripts/bench-peers-setup queue
	@scripts/bench queue
	@scripts/bench peers

bench-plugins: ## Measure plugins: calls beside Extism, loading, waiting, sizes
	@scripts/bench-peers-setup plugins
	@scripts/bench plugins

bench-realtime: plugins ## Measure realtime: 5,000 sockets, 100 messages a second
	@scripts/bench realtime

bench-inbox: plugins ## Measure an inbox of ten million messages (makes them first: ten minutes, 25 GB)
	@scripts/bench inbox

plugins: ## Build the plugins to WebAssembly
	@scripts/require-wasm-target $(WASM)
	@scripts/step "building the plugins" cargo build --release --quiet --target $(WASM) --manifest-path plugins/Cargo.toml

console: ## Build the console, which the binary takes in
	@scripts/step "building the console" scripts/console build

fmt: ## Format everything
	@scripts/fmt

sqlx: ## Write down what the database says about every SQL statement, after changing one
	scripts/sqlx-prepare .sqlx

docs: ## Write the generated files again: schemas, openapi.json, the TypeScript client, configuration reference
	UPDATE_GENERATED=1 cargo test --quiet --workspace --test generated
	UPDATE_GENERATED=1 scripts/with-postgres cargo test --quiet --workspace --test api -- openapi
	cd clients/typescript && npm ci --ignore-scripts --no-audit --no-fund && npm run --silent generate

clean-data: ## Forget the data of `make up`
	rm -rf data
