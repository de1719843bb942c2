# From a bare machine to a queryable sky. Everything made here goes to .almagest/, build/ and node_modules/.
#
#   make demo                     load two real catalogues, query them, draw the sky
#   make test                     every test
#   make conformance SUITE=sky    one suite of answers of the reference systems
#   make bench                    side-by-side benchmarks
#   make docs                     docs/reference from the catalog's comments
#   make install                  the extension's files into the machine's PostgreSQL (as root)

SHELL := /bin/bash
.DEFAULT_GOAL := ready
.PHONY: ready setup build demo test conformance bench docs check install package clean

home := .almagest
node := bin/node
pg_config ?= $(firstword $(wildcard $(PG_CONFIG)) $(shell ls -v /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | tail -n 1) pg_config)

# What a command needs: the machine's packages, the project's, the engine, the assembled scripts.
ready: setup build

setup: $(home)/packages.ok $(home)/node.ok node_modules/.package-lock.json $(home)/engine.ok

$(home)/packages.ok: bin/setup
	@bin/setup packages
	@touch $@

$(home)/node.ok: bin/setup $(home)/packages.ok
	@bin/setup node
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json $(home)/node.ok
	@bin/setup modules
	@touch $@

engine_sources := $(wildcard engine/*.cc engine/*.c engine/*.h engine/*.sql engine/*.control engine/Makefile engine/deps)
$(home)/engine.ok: $(engine_sources) $(home)/packages.ok
	@bin/setup engine
	@touch $@

build: build/routines.sql

sources := $(shell find sql plv8 migrations src/build -type f 2>/dev/null)
build/routines.sql: $(sources) almagest.control package.json node_modules/.package-lock.json
	@$(node) src/build/main.ts

demo: ready
	@$(node) src/demo/main.ts

test: ready
	@$(node) test/support/run.ts

conformance: ready
	@$(node) test/support/run.ts conformance/$(SUITE)

bench: ready
	@$(node) bench/main.ts $(BENCH)

docs: ready
	@$(node) src/build/reference.ts

check: node_modules/.package-lock.json
	@$(node) node_modules/typescript/bin/tsc --noEmit
	@$(node) node_modules/@biomejs/biome/bin/biome check

install: ready
	@install -d '$(DESTDIR)$(shell $(pg_config) --sharedir)/extension'
	@install -m 644 build/almagest.control build/almagest--*.sql '$(DESTDIR)$(shell $(pg_config) --sharedir)/extension/'
	@test -e '$(shell $(pg_config) --sharedir)/extension/plv8.control' || $(MAKE) -C engine install PG_CONFIG=$(pg_config) DESTDIR=$(DESTDIR)
	@echo "installed: CREATE EXTENSION almagest CASCADE"

package: ready
	@$(node) node_modules/typescript/bin/tsc -p tsconfig.package.json
	@mkdir -p dist/src/apdb/mappings
	@cp src/apdb/mappings/*.yaml dist/src/apdb/mappings/

clean:
	rm -rf build dist
