# diskbios. `make` alone shows what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
RECIPE ?= recipes/diskbios.yaml
OUT ?= out
RESULTS := test-results
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Real programs that the tests hold our formats and scripts against; without them these tests are skipped.
TEST_TOOLS := shellcheck cpio busybox zsh fish grub-script-check openssl xmllint mmdebstrap musl-gcc skopeo umoci \
	sfdisk sgdisk mkfs.fat mcopy mke2fs qemu-img bmaptool sbverify gpg ip xorriso
TEST_PACKAGES := shellcheck cpio busybox zsh fish grub-common openssl libxml2-utils mmdebstrap musl-tools gcc skopeo umoci \
	fdisk gdisk dosfstools mtools e2fsprogs qemu-utils bmap-tools sbsigntool gnupg iproute2 ovmf-ia32 xorriso
# UEFI of 32 bits: no program.
TEST_FILES := /usr/share/OVMF/OVMF32_CODE_4M.secboot.fd
SHELL_SCRIPTS := $(shell git ls-files -- 'rootfs-templates/**' .ci/run 2>/dev/null | while read -r f; do \
	[ -f "$$f" ] && [ ! -L "$$f" ] && head -c 64 "$$f" | grep -aqE '^\#!.*(/sh|bash)' && echo "$$f"; done)

.PHONY: help image test check unit e2e mutation debian-suite bench media kernel soak docs clean setup setup-dev host node-version

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

image: setup ## build the default recipe to out/diskbios.iso (installs what is missing)
	@node dist/diskbios.js build $(RECIPE) -o $(OUT)
	@echo "Boot it with:  npx diskbios run $(OUT)/$(basename $(notdir $(RECIPE))).iso"

test: check e2e ## everything: checks, unit tests, images built and booted
	@node .config/summary.mjs $(RESULTS)/unit.json $(RESULTS)/e2e.json

check: setup-dev ## format, lint with types, compiler, unused code, shellcheck, unit tests
	npx biome check --config-path=.config .
	npx eslint -c .config/eslint.config.mjs src test bench
	npx tsc -p .
	npx tsc -p src/pe
	npx knip --config .config/knip.json
	shellcheck $(SHELL_SCRIPTS)
	@$(MAKE) --no-print-directory unit

unit: setup ## unit tests only
	@npx vitest run --config .config/vitest.config.ts --project unit --reporter=default --reporter=json --outputFile.json=$(RESULTS)/unit.json; \
		code=$$?; node .config/summary.mjs $(RESULTS)/unit.json && exit $$code

e2e: setup ## build all recipes as a plain user, boot them in QEMU on BIOS and UEFI
	@npx vitest run --config .config/vitest.config.ts --project e2e --reporter=verbose --reporter=json --outputFile.json=$(RESULTS)/e2e.json; \
		code=$$?; node .config/summary.mjs $(RESULTS)/e2e.json && exit $$code

mutation: setup ## take features away one by one and see that the proof turns red
	@npx vitest run --config .config/vitest.config.ts --project mutation --reporter=verbose

debian-suite: setup ## make a Debian in a booted PE by debootstrap, and start it (twenty minutes under emulation)
	@npx vitest run --config .config/vitest.config.ts --project debian-suite --reporter=verbose

media: setup ## boot every medium on every bus with BIOS and UEFI (a part: FILTER=vhd make media)
	@node dist/diskbios.js test test/e2e/recipes/media-all.yaml --artifacts $(RESULTS)/media \
		$(if $(FILTER),--filter '$(FILTER)') $(if $(JOBS),--jobs $(JOBS))

kernel: setup ## compile the kernel of cloudbios-fast, boot it, and keep that in test/golden/kernel-proven.json (a quarter of an hour)
	@PROVE_KERNEL=1 npx vitest run --config .config/vitest.config.ts --project e2e --reporter=verbose test/e2e/kernel.test.ts

soak: setup ## cut the power at random instants: SEED=7 CUTS=200 make soak; CAMPAIGN=first-boot: of a disk's first boot; CAMPAIGN=personalize
	@node dist/soak.js

bench: setup ## measure builds and boots, as medians and ratios; results in bench/results/
	@node dist/bench.js

docs: setup ## write the generated parts of the manual anew
	@node .config/gen-docs.mjs

clean: ## remove everything that was built here (not the store: diskbios cache prune)
	rm -rf dist $(OUT) $(RESULTS) node_modules

# --- set-up ---------------------------------------------------------------------------------------------------------

node-version:
	@command -v node >/dev/null || { echo "Node.js 20.19 or newer is needed: https://nodejs.org/"; exit 3; }
	@command -v npm >/dev/null || { echo "npm is needed; it comes with Node.js, or: $(SUDO) apt-get install npm"; exit 3; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
		|| { echo "Node.js 20.19 or newer is needed, this is $$(node --version)"; exit 3; }

host:
	@command -v xz >/dev/null || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy xz-utils; }

setup: node-version host node_modules/.package-lock.json dist/diskbios.js

setup-dev: setup
	@PATH="$$PATH:/usr/sbin:/sbin"; for tool in $(TEST_TOOLS); do command -v $$tool >/dev/null || missing=1; done; \
		for file in $(TEST_FILES); do [ -e $$file ] || missing=1; done; [ -z "$$missing" ] \
		|| { $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy --no-install-recommends $(TEST_PACKAGES); }

node_modules/.package-lock.json: package.json package-lock.json
	npm install --no-save --ignore-scripts --loglevel=error
	@touch $@

dist/diskbios.js: node_modules/.package-lock.json package.json $(shell find src bench test/soak .config -name '*.ts' -o -name '*.mjs' 2>/dev/null)
	@npm run --silent build
