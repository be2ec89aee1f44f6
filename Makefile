# 安康码 · Ankang code. Needs a POSIX shell, make and Python 3.11 or newer; everything else is brought along.
#
#   make run      start everything with the Ningguo demonstration, on http://localhost:8000
#   make test     run every test            make lint    check style, types and imports
#   make bench    measure                   make clean   remove what was built (never the data)
#   make drill    rehearse the worst day    make drill ARGS="database --full"   one of them, as long as promised
#   make docs     the reference of the API, as files in build/docs    make fuzz    whatever is sent to the API, for some minutes
#   make lock     pin the packages anew     make screenshots   take the pictures of the documents anew

PIP = .venv/bin/python -m pip --disable-pip-version-check install --quiet
MADE = .venv/made
PO_FILES := $(wildcard src/ankang/*/locale/*/LC_MESSAGES/*.po src/ankang/*/*/locale/*/LC_MESSAGES/*.po)
WEB_FILES := $(shell find web -name node_modules -prune -o -type f -print)
WITH_NODE = PATH="$$(scripts/bootstrap node):$$PATH" npm --prefix web

# A house is a dozen processes: without kept bytecode each of them would compile the whole source at its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint bench drill build clean docs fuzz lock screenshots help
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

run: build
	@.venv/bin/ankang up --demo $(ARGS)

test: build $(MADE)/test-packages
	@scripts/bootstrap browser
	@.venv/bin/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(MADE)/test-packages $(MADE)/web-packages
	.venv/bin/ruff check src tests bench
	.venv/bin/mypy --strict src/ankang/core src/ankang/gate src/ankang/config
	.venv/bin/lint-imports
	$(WITH_NODE) run --silent check

bench: build $(MADE)/test-packages
	@.venv/bin/python -m bench $(ARGS)

drill: build $(MADE)/test-packages
	@.venv/bin/python -m bench.drills $(ARGS)

docs: build
	@.venv/bin/ankang reference build/docs
	@cp build/docs/errors.md docs/errors.md

fuzz: build $(MADE)/test-packages
	@FUZZ=$${FUZZ:-30} .venv/bin/python -m pytest tests/api/test_schemathesis.py $(ARGS)

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv, which is not there. Install it: pip install uv" >&2; exit 1; }
	@scripts/lock

screenshots: build $(MADE)/test-packages
	@scripts/bootstrap browser
	@.venv/bin/python -m pytest --quiet tests/browser
	@.venv/bin/python scripts/screenshots.py
	@ls -s docs/images

build: $(MADE)/packages $(MADE)/pages $(MADE)/translations

clean:
	rm -rf .venv build web/node_modules src/ankang/base/fonts src/ankang/site/phone src/ankang/site/static/dist src/*.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -exec rm -rf {} +
	find src -name '*.mo' -delete

$(MADE)/venv: scripts/bootstrap
	@scripts/bootstrap venv
	@mkdir -p $(MADE) && touch $@

$(MADE)/packages: $(MADE)/venv requirements.lock pyproject.toml
	@echo "Installing the packages"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(MADE)/test-packages: $(MADE)/packages requirements-test.lock
	@echo "Installing the packages for tests"
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@

$(MADE)/web-packages: $(MADE)/venv web/package-lock.json
	@echo "Installing the packages of the phone pages"
	@$(WITH_NODE) ci --silent --no-audit --no-fund
	@touch $@

$(MADE)/pages: $(MADE)/web-packages $(WEB_FILES)
	@echo "Building the phone pages"
	@$(WITH_NODE) run --silent build
	@touch $@

$(MADE)/translations: $(MADE)/packages $(PO_FILES)
	@for folder in src/ankang/*/locale src/ankang/*/*/locale; do \
		if ls "$$folder"/*/LC_MESSAGES/*.po >/dev/null 2>&1; then \
			.venv/bin/pybabel --quiet compile --domain django --directory "$$folder" || exit 1; \
		fi; \
	done
	@touch $@
