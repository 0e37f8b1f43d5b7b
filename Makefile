# The commands of daily work; `make help` lists them. Each is a thin call of a script in scripts/.

.DEFAULT_GOAL := build
.PHONY: help setup build demo test check crash-test bench test-flink format clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo './t PATH         one test: a .test file or folder, a unit test program, tidy or check'

setup:  ## install what is missing (Debian 12)
	@scripts/setup.sh

build: setup  ## release build: build/release/bin/millrace
	@scripts/build.sh release millrace

demo: build  ## a live job, a Nexmark query, the managed service; under a minute
	@scripts/demo.sh

test:  ## everything a change must pass
	@scripts/test.sh

check:  ## the long version: format, lint, every configuration, sanitizers, fuzzers
	@scripts/check.sh

crash-test: build  ## N jobs (1000) killed, moved and damaged at random moments
	@python3 tests/crash/crash_test.py --trials $(or $(N),1000)

bench: build  ## Nexmark, query by query
	@scripts/bench.sh

test-flink: build  ## compare the expected results with a real Apache Flink
	@scripts/test_flink.sh

format:  ## rewrite the C++ sources in house style
	@scripts/format.sh

clean:  ## remove everything that was built
	rm -rf build
