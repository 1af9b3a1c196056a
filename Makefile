# Two commands do all set-up: `make run` processes the sample articles, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench clean links

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --quiet --editable '.[dev]'
	touch $@

run: $(VENV)/.installed
	$(BIN)/nabra demo

test: $(VENV)/.installed
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup

# What mypy and the checker of borders read: the packages by their names.
LINKS := build/links/nabra
links:
	mkdir -p $(LINKS)
	for folder in flows tasks config models; do ln -sfn ../../../$$folder $(LINKS)/$$folder; done

check: $(VENV)/.installed links
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=build/links $(BIN)/lint-imports

bench: $(VENV)/.installed
	$(BIN)/python -m bench.parse

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
