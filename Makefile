# Thin on purpose: make.py does the work, also where there is no make (`py make.py lab`).
# Another interpreter: `make lab PYTHON=python3.13`.
PYTHON ?= python3

.PHONY: lab test setup build portability lock
lab test setup build portability lock:
	@"$(PYTHON)" make.py $@
