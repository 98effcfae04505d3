# The commands of this repository. Only Go, make and git are needed: whatever else
# is used is built from the Go module proxy at the versions pinned here.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules
.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK := go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

# The race detector needs a C compiler; where there is none, tests run without it.
RACE := $(if $(shell command -v gcc clang),-race,)
# Under the race detector a workflow task, or its replay, can take longer than the second
# after which the SDK takes it for stuck. Tests of that limit set one of their own.
SLOW := $(if $(RACE),TEMPORAL_DEBUG=1,)

# The server of the end-to-end tests: a temporal program, or the host:port of a running
# server. Without it they start the program that is on the PATH or in bin.
SERVER :=
CHOSEN = $(if $(SERVER),E2E_SERVER=$(if $(wildcard $(SERVER)),$(abspath $(SERVER)),$(SERVER)))

# The module path that make rename gives to a fork.
MODULE :=

# How long each fuzz test runs in make soak.
SOAK_TIME ?= 5m

.PHONY: help demo test unit static e2e mutants bench soak record readme pictures rename

help: ## show these lines
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: ## run every sample on a Temporal dev server and show what happens
	go run ./cmd/samples run

test: static e2e ## all tests and checks

unit: ## what plain go test runs, with the race detector: needs nothing but Go
	$(SLOW) go test $(RACE) ./...

static: ## formatting, vet, staticcheck, workflowcheck, go.mod
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w:"; echo "$$unformatted"; exit 1; fi
	go mod tidy -diff
	go vet ./...
	go vet -tags e2e ./...
	go run $(STATICCHECK) -tags e2e ./...
	go run $(WORKFLOWCHECK) -config .workflowcheck.yaml ./...

e2e: ## unit and end-to-end tests, the latter on real dev servers, or on SERVER=...; READMEs
	@# A server that does not answer is reported once; which version answers is shown.
	$(if $(SERVER),$(CHOSEN) go test -count=1 -tags e2e -run '^TestServerAnswers$$' -v ./internal/e2etest)
	@skipped=$$(mktemp); trap 'rm -f "$$skipped"' EXIT; status=0; \
	$(CHOSEN) E2E_SKIPPED=$$skipped $(SLOW) go test $(RACE) -count=1 -tags e2e -timeout 25m ./... || status=$$?; \
	if [ -s "$$skipped" ]; then echo "Skipped:"; sort "$$skipped"; fi; \
	exit $$status

mutants: ## remove each lesson and see that a test fails
	go run ./cmd/mutants

bench: ## benchmarks on a real dev server
	go test -tags e2e -run '^$$' -bench . -benchtime 1x -timeout 30m ./...

soak: ## every fuzz test for SOAK_TIME, many random blueprints, hostile ones and killed machines
	BLUEPRINT_CASES=3000 go test -timeout 60m -run 'TestItDoes|IsInvisible|TestOperators' ./blueprint/engine
	BLUEPRINT_SOAK=1 go test -tags e2e -count=1 -timeout 60m -run 'TestItDoesOnAServer|TestOperatorsOnAServer|TestHostile|TestKilled' ./blueprint/engine
	@# Until Go 1.27, a fuzz test whose time is over can fail without an input: golang/go#75804.
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(SOAK_TIME) $$package | tee "$$log" || \
	      { grep -q '^ *context deadline exceeded$$' "$$log" && [ -z "$$(grep 'Failing input' "$$log")" ]; } || exit 1; \
	  done; \
	done

record: ## record the golden histories that are missing
	go run ./cmd/samples record
	RECORD_HISTORIES=1 go test -tags e2e -count=1 -run TestRecordedRuns ./blueprint/engine

readme: ## bring the READMEs up to date with the code and with what really happens
	go run ./cmd/samples readme

pictures: ## take the pictures of the Web UI anew; needs Chromium and a dev server
	cd cmd/pictures && go run .

rename: ## give a fork a path of its own: make rename MODULE=example.org/you/dynamicsamples
	go run ./cmd/rename "$(MODULE)"
