# Each target does its own set-up. `make` alone lists them.

SCALE ?= 12
DATA ?= ./data
LISTEN ?=
BENCH ?=
ROUNDS ?= 200
AREA ?=
SEED ?=

# One cargo target directory, also where the environment moves it.
TARGET := $(or $(CARGO_TARGET_DIR),target)
PROGRAM := $(TARGET)/debug/mingzhang
RELEASED := $(TARGET)/release/mingzhang

.PHONY: help demo test soak mutants bench build lint release clean-data

help:
	@echo "make demo        load five years of a district's aid, check them against the published figures, serve"
	@echo "                 SCALE=12 (1, 3, 6, 12 or 60)  DATA=./data  LISTEN=127.0.0.1:8080"
	@echo "make test        format, lints, documentation and every test"
	@echo "make soak        kill programs at random moments, again and again, and look what is left"
	@echo "                 ROUNDS=200  SEED= (printed; the same gives the same moments)"
	@echo "make mutants     test the tests of the verifier and the parser: change one thing at a time in them, see"
	@echo "                 that a test fails each time (two hours). AREA=tree (verify, replay, signed, offline,"
	@echo "                 entry, tree, bundle, keys or proofs; all)"
	@echo "make bench       measure; prints figures, ratios and the machine"
	@echo "make build       build the program: $(PROGRAM)"
	@echo "make lint        format, lints and documentation alone"
	@echo "make release     build for distribution: $(RELEASED)"
	@echo "make clean-data  remove DATA: its database and its keys"

demo:
	@scripts/prerequisites.sh demo
	@scripts/build.sh
	@$(PROGRAM) --data "$(DATA)" demo --scale $(SCALE) $(if $(LISTEN),--listen $(LISTEN))

test:
	@scripts/prerequisites.sh test
	@scripts/build.sh
	@scripts/test.sh

soak:
	@scripts/prerequisites.sh soak
	@scripts/build.sh
	@MINGZHANG_SOAK_ROUNDS=$(ROUNDS) $(if $(SEED),MINGZHANG_SEED=$(SEED)) scripts/soak.sh

mutants:
	@scripts/prerequisites.sh build
	@scripts/mutants.sh $(AREA)

bench: release
	@scripts/prerequisites.sh bench
	@$(RELEASED) bench $(BENCH)

build:
	@scripts/prerequisites.sh build
	@scripts/build.sh

lint:
	@scripts/prerequisites.sh build
	@scripts/lint.sh

release:
	@scripts/prerequisites.sh build
	@scripts/build.sh --release

clean-data:
	@scripts/clean-data.sh "$(DATA)"
