# make                 what there is to make
# make run             set everything up, then run the worker on test_input.json
# make run DOC=a.pdf   ... on a file or a folder of your own; answers and their markdown are written next to it
# make test            set everything up, then lint, type-check and test
# make quick           ... without the slow tests: those that load models, or start workers or networks
# make fuzz            break documents at random for MINUTES (5); SEEDS=folder to start from documents of your own
# make audit           ask for known vulnerabilities of the pinned packages (needs the record that the package index keeps)
# make sbom            write sbom.cdx.json: the worker's packages and weights (CycloneDX)
# make types           write the clients' types anew, after a change of schemas/
# make hub             write .runpod/ anew, after a change of the settings or the schema
# Set-up happens once: run again, nothing is downloaded or converted. Then .venv/bin/zopilot reads documents, too.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin

# The tests in three processes, each a thread: many tests wait, and two cores are idle then. JOBS=0: in one process.
JOBS   ?= 3
PYTEST := OMP_NUM_THREADS=1 TORCH_THREADS=1 $(BIN)/python -m pytest -n $(JOBS)

# What `npm ci` leaves when it is done.
CLIENT := clients/typescript/node_modules/.package-lock.json

.PHONY: help run test quick check models clients types lock fuzz audit sbom hub
.DELETE_ON_ERROR:

# The lines at the top of this file.
help:
	@sed -n '/^#/!q; s/^# //p' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.runtime $(BIN)/zopilot models
ifdef DOC
	@$(BIN)/zopilot "$(DOC)"
else
	@$(BIN)/python handler.py
endif

test: check models clients
	@$(PYTEST)

quick: check
	@$(PYTEST) -m "not slow"

check: $(VENV)/.dev $(BIN)/zopilot
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint Dockerfile

models: $(VENV)/.builder
	@$(BIN)/python -m builder

# The tools that build and test the TypeScript client; without npm its tests are skipped, and say so.
clients: $(if $(shell command -v npm || true),$(CLIENT))

$(CLIENT): clients/typescript/package-lock.json
	@echo "set-up: tools of the TypeScript client"
	@cd $(@D)/.. && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# What the clients know of the contract, after a change of schemas/.
types: $(VENV)/.dev $(CLIENT)
	@$(BIN)/python -m tools.make_client_types
	@cd clients/typescript && npm run --silent types

fuzz: $(VENV)/.dev
	@$(BIN)/python benchmarks/fuzz.py --minutes $(or $(MINUTES),5) $(if $(SEEDS),--seeds "$(SEEDS)")

# In an environment of its own: what looks for flaws is not among what is looked at. SECURITY.md has a row for each flaw
# that is passed over, with the reason.
audit: $(VENV)/.setup
	@reasoned=$$(grep -E '^\| (PYSEC|CVE|GHSA)-' SECURITY.md | cut -d '|' -f 2 | tr -d ' ' | tr ',' '\n' | sed 's/^/--ignore-vuln=/'); \
	for file in requirements.txt requirements/docstrange.txt requirements/builder.txt requirements/dev.txt requirements/setup.txt \
		requirements/mirror.txt; do \
		$(BIN)/uv tool run --system-certs --from pip-audit==2.10.1 pip-audit --strict --disable-pip --progress-spinner off \
			$$reasoned -r $$file || exit 1; \
	done

sbom: $(VENV)/.setup
	@cat requirements.txt requirements/docstrange.txt | \
		$(BIN)/uv tool run --system-certs --from cyclonedx-bom==7.5.0 cyclonedx-py requirements - \
		--output-reproducible --spec-version 1.6 --output-format JSON --output-file sbom.cdx.json
	@$(BIN)/python -m tools.make_sbom sbom.cdx.json

hub: $(VENV)/.runtime
	@$(BIN)/python -m tools.make_hub_files

$(VENV)/.setup: requirements/setup.txt
	@echo "set-up: virtual environment in $(VENV)/"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# DocStrange comes without what it requires, and is local for whoever imports it.
$(VENV)/.runtime: requirements.txt requirements/docstrange.txt extractor/lifecycle/docstrange_hook.py $(VENV)/.setup
	@echo "set-up: pinned dependencies (4.4 GB, some minutes the first time)"
	@$(call install,$<)
	@$(call install,requirements/docstrange.txt,--no-deps)
	@$(BIN)/python tools/hook_docstrange.py extractor/lifecycle/docstrange_hook.py "$(CURDIR)"
	@touch $@

$(VENV)/.builder: requirements/builder.txt $(VENV)/.runtime
	@echo "set-up: tools that bake the weights"
	@$(call install,$<)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.builder
	@echo "set-up: tools for checks and tests"
	@$(call install,$<)
	@touch $@

# The command, for whoever has the environment's bin folder in the path: this checkout's, by this environment's Python.
$(BIN)/zopilot: Makefile $(VENV)/.setup
	@printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' "$(abspath $(BIN))/python" "$(CURDIR)/zopilot.py" > $@
	@chmod +x $@

# uv where it reaches the registry; pip, slower, where only pip is configured for it. Compiled once here: the worker and
# its processes import in a second what they would compile for ten at each start.
install = $(BIN)/uv pip install --compile-bytecode --system-certs --python $(BIN)/python --require-hashes $(2) -r $(1) \
	|| $(BIN)/python -m pip install --require-hashes $(2) -r $(1)

# Pins and hashes from requirements/*.in; existing pins stay unless UPGRADE=1.
lock: $(VENV)/.setup
	@lock() { $(BIN)/uv pip compile --quiet --no-header --python-version 3.11 --generate-hashes \
		$(if $(UPGRADE),--upgrade) $$3 "$$1" -o "$$2"; }; \
	lock requirements/worker.in requirements.txt && \
	lock requirements/docstrange.in requirements/docstrange.txt --no-deps && \
	for name in builder dev setup mirror; do lock requirements/$$name.in requirements/$$name.txt || exit 1; done
