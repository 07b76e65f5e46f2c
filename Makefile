# Thin words over npm scripts and bin/predastore.

NODE_MODULES := node_modules/.package-lock.json
CLUSTER ?= 3node
SECONDS ?= 300

.DEFAULT_GOAL := help
.PHONY: help build dev test test-faults test-kills test-simulation check preflight audit certs bench clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(NODE_MODULES): package-lock.json
	npm ci
	@touch $@

build: $(NODE_MODULES) ## compile to dist/ and make bin/s3d and bin/predastore
	npm run --silent build
	./scripts/make-launchers.sh

dev: build ## run a cluster (CLUSTER=3node) until Ctrl-C
	@exec ./bin/predastore dev $(CLUSTER)

test: build ## every test, against real servers
	@node dist/scripts/fetch-nats-server.js
	@./scripts/fetch-test-clients.sh
	npm test

test-faults: build ## real clusters under faults for SECONDS (300) each; SEED=... repeats a schedule
	@node dist/scripts/fetch-nats-server.js
	FAULTS_SECONDS=$(SECONDS) FAULTS_SEED=$(SEED) npm test -- test/faults/cluster -w 1

test-kills: build ## kill -9 a storage engine under load, KILLS (250) times
	KILLS=$(or $(KILLS),250) npm test -- test/faults/segments/kill -w 1

test-simulation: build ## power cuts in RUNS (2000) random histories of the engine; SEED=... begins elsewhere
	SIMULATION_RUNS=$(or $(RUNS),2000) $(if $(SEED),SIMULATION_SEED=$(SEED)) npm test -- test/simulation/segments/canaries -t 'without a bug' -w 1

check: $(NODE_MODULES) ## format, contracts, types, lint, layers, dead code
	npm run check

audit: $(NODE_MODULES) ## known vulnerabilities of the dependencies
	./scripts/audit.sh

preflight: check test audit ## what a commit should pass

certs: build ## make certificates for a cluster on this machine
	@./bin/predastore certs $(CLUSTER)

bench: build ## measure a cluster
	./scripts/bench.sh $(CLUSTER)

clean: ## remove what was built
	rm -rf dist bin coverage
