# 智慧专卖: `make demo` and `make test` need only Python ≥ 3.11 (with venv) and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check prove lint clean bench-onsite

demo: .venv/ready
	@$(BIN)/zhuanmai demo

test: .venv/ready
	@$(BIN)/python -m tests.run

check: .venv/ready
	@$(BIN)/python -m tests.check $(SINCE)

prove: .venv/ready
	@$(BIN)/python -m tests.prove

lint: .venv/ready
	@$(BIN)/ruff check src tests benchmarks && $(BIN)/mypy src && $(BIN)/lint-imports

bench-onsite: .venv/ready
	@$(BIN)/python -m benchmarks.onsite $(or $(CASE),tests/fixtures/onsite-case)

clean:
	rm -rf .venv var frontend/node_modules src/zhuanmai/assets/built

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
