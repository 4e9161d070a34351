# `make` or `make help` lists the targets.

SWIFT ?= swift
# Options for the server: make serve ARGS="--listen 127.0.0.1:9000"
ARGS ?=
# Options for the tests: make test FILTER="--filter InstrumentsTests"
FILTER ?=
# Queries for the benchmark: make bench-promql QUERIES=queries.txt
QUERIES ?=
# Cases of the benchmark of limits.
CASES ?=
# How many worlds are simulated.
SEEDS ?= 10000
# How long each fuzz target runs.
FUZZ_SECONDS ?= 60

# What a build needs, and what tests need beside it; .ci/deps installs what is missing.
BUILD_PACKAGES := libcurl4-openssl-dev libsqlite3-dev zlib1g-dev
TEST_PACKAGES := openssl python3 python3-venv
TEST_TOOLS := prometheus prometheus-alertmanager prometheus-pushgateway
BENCH_PACKAGES := python3 python3-venv wrk
BENCH_INSTRUMENTS_PACKAGES := python3 gcc libc6-dev golang-go golang-github-prometheus-client-golang-dev
BENCH_HTTP_PACKAGES := python3 gcc libc6-dev wrk
PYPI_PACKAGES := aiosmtpd grafana-foundation-sdk prometheus-client schemathesis

# Without the symbolic links among them.
SWIFT_SOURCES := Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources/Fuzz* \
	Stress/Package.swift Stress/Sources/InstrumentsStress \
	Benchmarks/Instruments/Package.swift Benchmarks/Instruments/Sources/InstrumentsBench \
	Benchmarks/HTTPOverhead/Package.swift Benchmarks/HTTPOverhead/Sources \
	Benchmarks/PromQL/Package.swift Benchmarks/PromQL/Sources/PromQLBench \
	Benchmarks/Limits/Package.swift Benchmarks/Limits/Sources/LimitsBench

.PHONY: help deps deps-test build serve test format lint simulate bench bench-instruments bench-http-overhead bench-promql bench-limits fuzz stress clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what a build needs and is missing
	@.ci/deps packages $(BUILD_PACKAGES)

deps-test: deps ## install what the tests need and is missing
	@.ci/deps packages $(TEST_PACKAGES)
	@.ci/deps tools $(TEST_TOOLS)
	@.ci/deps pypi $(PYPI_PACKAGES)

build: deps ## build the server, optimised
	$(SWIFT) build -c release --static-swift-stdlib --product flowmeter

serve: build ## build, then run the server (ARGS="--listen …")
	@exec .build/release/flowmeter serve $(ARGS)

# Those that start servers come last, on their own: they would take the time of all others.
TESTS = $(if $(FILTER),"$(FILTER)","--skip SystemTests" "--filter SystemTests")

test: deps-test ## build and run all tests (FILTER="--filter …")
	for part in $(TESTS); do \
	SWIFT="$(SWIFT)" PATH="$(CURDIR)/.build/venv/bin:$(CURDIR)/.build/tools/usr/bin:$$PATH" .ci/swift-test $$part || exit 1; done

format: ## format all Swift sources in place
	$(SWIFT) format format --in-place --parallel --recursive $(SWIFT_SOURCES)

lint: ## check the format of all Swift sources, and the shell scripts if shellcheck is there
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@if command -v shellcheck > /dev/null; then shellcheck .ci/run .ci/deps .ci/swift-test; fi

simulate: deps ## simulate engines that fail, optimised (SEEDS=…), on two cores
	$(SWIFT) build -c release --static-swift-stdlib --product Simulation
	@half=$$(( ($(SEEDS) + 1) / 2 )); .build/release/Simulation 1 $$half & first=$$!; \
	.build/release/Simulation $$((half + 1)) $$half; second=$$?; wait $$first && exit $$second

bench: build ## run the benchmarks (about 13 minutes)
	@.ci/deps packages $(BENCH_PACKAGES)
	@Benchmarks/run

bench-instruments: deps ## measure Instruments beside client_golang (about 10 minutes)
	@.ci/deps packages $(BENCH_INSTRUMENTS_PACKAGES)
	@Benchmarks/Instruments/run

bench-http-overhead: deps ## measure what HTTP monitoring costs (about 5 minutes, after the build)
	@.ci/deps packages $(BENCH_HTTP_PACKAGES)
	@Benchmarks/HTTPOverhead/run

bench-promql: ## measure how fast queries are read (QUERIES=file with one on each line)
	cd Benchmarks/PromQL && $(SWIFT) build -c release && .build/release/PromQLBench $(QUERIES)

bench-limits: ## measure what the dearest expressions and definitions cost (CASES="pattern json" for some)
	cd Benchmarks/Limits && $(SWIFT) build -c release && .build/release/LimitsBench $(CASES)

fuzz: deps ## run every fuzz target for FUZZ_SECONDS
	cd Fuzz && $(SWIFT) build -c release && \
		mkdir -p $(addprefix corpus/,json definitions documents exposition labels promql)
	cd Fuzz && .build/release/FuzzJSON -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		corpus/json Seeds/json ../Tests/Fixtures/malformed/json
	cd Fuzz && .build/release/FuzzDefinition -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 \
		-dict=definition.dict corpus/definitions Seeds/definitions
	cd Fuzz && .build/release/FuzzDocuments -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
		-dict=documents.dict corpus/documents $(addprefix ../Tests/Fixtures/monitoring/,rules dashboards routes)
	cd Fuzz && .build/release/FuzzExposition -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
		-dict=exposition.dict corpus/exposition Seeds/exposition
	cd Fuzz && .build/release/FuzzLabels -max_total_time=$(FUZZ_SECONDS) -max_len=1024 -timeout=10 \
		-dict=exposition.dict corpus/labels Seeds/labels
	cd Fuzz && .build/release/FuzzPromQL -max_total_time=$(FUZZ_SECONDS) -max_len=2048 -timeout=10 \
		-dict=promql.dict corpus/promql Seeds/promql

stress: deps ## run Instruments' threads under the thread sanitizer
	cd Stress && $(SWIFT) build --sanitize=thread
	cd Stress && TSAN_OPTIONS="halt_on_error=1" .build/debug/InstrumentsStress 1000 40

clean: ## remove what was built
	$(SWIFT) package clean
	rm -rf Fuzz/.build Stress/.build Benchmarks/Instruments/.build Benchmarks/HTTPOverhead/.build Benchmarks/PromQL/.build .build/tools .build/venv
