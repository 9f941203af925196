PYTHON ?= python3

.PHONY: run test

run:
	$(PYTHON) dev run

test:
	$(PYTHON) dev test
