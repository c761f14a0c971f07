# Everything a person starts by hand. `make help` lists it.
.DEFAULT_GOAL := help
BIN := .venv/bin
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-options \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv dev
venv:
	@.ci/python requirements.lock
dev:
	@.ci/python requirements-dev.lock

.PHONY: run
run: venv ## Set up what is missing and serve at http://127.0.0.1:8000 (PORT=... for another)
	@exec $(BIN)/python -m admin_app.start

.PHONY: test
test: dev ## Run every check and test, on SQLite and PostgreSQL, in a real browser too
	@.ci/services
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term

.PHONY: test-office
test-office: dev ## Run the tests that open workbooks in LibreOffice, on SQLite and PostgreSQL
	@.ci/services libreoffice-calc=localc
	@$(BIN)/python -m pytest tests/office

.PHONY: bench
bench: dev ## Measure a million applications beside stock Flask-Admin and bare SQL (a quarter of an hour)
	@.ci/services wrk
	@$(BIN)/python -m tests.bench

.PHONY: lint check
lint: dev check ## Run the checks that need no database: style, types, import contracts, templates
check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet admin_app/templates

.PHONY: fmt
fmt: dev ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: texts
texts: dev ## Bring the catalogue of translations up to date with the code
	$(BIN)/flask --app admin_app texts extract

.PHONY: lock
lock: dev ## Resolve the dependencies anew into the two lock files
	$(COMPILE) --upgrade --extra dev --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
