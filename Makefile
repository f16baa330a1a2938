# Basin from the shell. `make` alone lists what there is.
#
#   make reproduce STUDY=autoencoder ARGS="--full --jobs 2"
#
# STUDY   the studies to run (all of them when empty)          ARGS   further options of `basin reproduce`
# COUNT   the damaged files that `make fuzz` has each reader read, a million if not said otherwise
# OUT     the folder of the report                             PREFIX where `make install` puts the program

STUDY  ?=
ARGS   ?=
OUT    ?= basin-report
PREFIX ?= /usr/local
SWIFT  ?= swift
COUNT  ?= 1000000

# Without the machine's own instructions a fused multiply-add is a library call, about 30 times slower. The flag stands
# here and not in Package.swift, because a package with unsafe flags cannot be a dependency of another.
FLAGS = -c release -Xcc -march=native

# Tests build with testable imports, which changes how every module is compiled. In a folder of their own, neither
# build spoils the other, and the program that is installed and timed is not the one with the tests' hooks.
TEST_FLAGS = $(FLAGS) --scratch-path .build/tests

BASIN  = .build/release/basin
PLOTLY = .build/share/basin/plotly.min.js

.PHONY: help reproduce test fuzz build benchmark lint format install clean dependencies test-dependencies
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

reproduce: dependencies build ## install what is missing, run the studies and write basin-report/ (STUDY=, ARGS=, OUT=)
	$(BASIN) reproduce $(STUDY) --out "$(OUT)" $(ARGS)

# Tests run side by side already: threads of OpenBLAS inside of them would wait for each other, most of the time.
test: test-dependencies ## install what is missing and run all tests, against the release build (ARGS=)
	OPENBLAS_NUM_THREADS=1 $(SWIFT) test $(TEST_FLAGS) $(ARGS)

fuzz: dependencies ## have every reader of files read a million damaged ones (COUNT=, ARGS="npz --jobs 2")
	$(SWIFT) build $(FLAGS) --product fuzz
	.build/release/fuzz --count $(COUNT) $(ARGS)

build: ## build the program: .build/release/basin
	$(SWIFT) build $(FLAGS) --product basin

benchmark: dependencies ## time Basin and the peers that are installed, side by side, then sweeps (ARGS=)
	Benchmarks/run $(ARGS)
	Benchmarks/sweep

lint: ## check the style of the Swift sources
	$(SWIFT) format lint --strict --recursive Sources Tests Examples Package.swift

format: ## put the Swift sources into that style
	$(SWIFT) format --in-place --recursive Sources Tests Examples Package.swift

# Builds nothing, so that `sudo make install` needs no Swift and leaves no files of root's behind in .build.
install: ## copy the program to PREFIX (/usr/local), after `make build`
	@test -x $(BASIN) || { echo "There is no $(BASIN) yet: run 'make build' first." >&2; exit 1; }
	install -D -m 755 $(BASIN) "$(DESTDIR)$(PREFIX)/bin/basin"
	@if test -f $(PLOTLY); then \
	  echo install -D -m 644 $(PLOTLY) "$(DESTDIR)$(PREFIX)/share/basin/plotly.min.js"; \
	  install -D -m 644 $(PLOTLY) "$(DESTDIR)$(PREFIX)/share/basin/plotly.min.js"; \
	else \
	  echo "Without plotly.js (see Scripts/install-dependencies): reports will show static figures." >&2; \
	fi

# Leaves basin-report/ alone, since what was measured is no by-product of building, and plotly.js, which is a download.
clean: ## remove what building and testing made (never a report)
	@test ! -d .build || find .build -mindepth 1 -maxdepth 1 ! -name share -exec rm -rf {} +

dependencies:
	@Scripts/install-dependencies

test-dependencies:
	@Scripts/install-dependencies --with-tests
