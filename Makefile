# The commands of CareCoord. `make run` and `make test` set up what is missing by themselves.
.PHONY: help run test check faults bench setup lock free-port python
.DEFAULT_GOAL := help

PORT ?= 8000
export PORT

# The first Python that is new enough.
PYTHON := $(firstword $(foreach name,python3 python3.11 python3.12 python3.13 python3.14,$(shell \
	command -v $(name) >/dev/null && $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: free-port setup ## set up, start everything on http://localhost:8000 (or PORT=…), load the demonstration; Ctrl-C stops it
	@exec .venv/bin/python -m carecoord.serve

free-port: python
	@$(PYTHON) -m carecoord.serve --check-port

test: setup ## every test, in a real browser too, against real servers
	@scripts/browser.sh
	@.venv/bin/pytest -n 2 --dist loadgroup

faults: setup ## the fault suite at full size, into faults.json; ONLY="name name" runs those
	@scripts/browser.sh
	@.venv/bin/python -m tests.faults $(ONLY)

check: setup ## linters and types
	@scripts/check.sh

bench: setup ## measurements, printed and written to bench.json; SIZES="1k 100k 1m" builds those populations first
	@SIZES="$(SIZES)" .venv/bin/pytest -q -n 0 -o python_files='bench_*.py' tests/bench

setup: python ## .venv/, node_modules/ and the built assets; takes a second when nothing changed
	@$(PYTHON) scripts/setup.py

python:
	@test -n "$(PYTHON)" || { echo "CareCoord needs Python 3.11 or newer: no python3 of that age was found." >&2; exit 1; }

lock: ## write the lock files anew after a change of pyproject.toml or package.json
	@scripts/lock.sh
