# make test | demo | docs | clean      (Windows: the README has the plain pip commands)

VENV ?= .venv
PYTHON ?= python3
JOBS ?= auto
BIN := $(VENV)/bin
DEMO := runs/demo
STUDIES := gbm-hypoxia-macrophage gbm-tmz-transfer

.DELETE_ON_ERROR:
.PHONY: help test demo docs clean

help:
	@echo "make test   lint, types and tests"
	@echo "make demo   run both shipped studies into $(DEMO)/ and say where the reports are"
	@echo "make docs   build the documentation into site/"
	@echo "make clean  remove what the tools left behind (not your runs)"

# A stamp stands for one set of dependencies: installed once, and again when pyproject.toml changes.
$(VENV)/.ready: EXTRA :=
$(VENV)/.ready-test: EXTRA := [test]
$(VENV)/.ready-docs: EXTRA := [docs]
$(VENV)/.ready $(VENV)/.ready-test $(VENV)/.ready-docs: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Exocosm needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".$(EXTRA)"
	@touch $@

test: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses $(JOBS) --quiet

demo: $(VENV)/.ready
	@set -e; for study in $(STUDIES); do \
	  rm -rf "$(DEMO)/$$study"; \
	  $(BIN)/exocosm run $$study --out "$(DEMO)/$$study"; \
	done
	@echo; echo "Reports, to open in a browser:"
	@for study in $(STUDIES); do echo "  $(DEMO)/$$study/report.html"; done

docs: $(VENV)/.ready-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir site

clean:
	rm -rf site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
