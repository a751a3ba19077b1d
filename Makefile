# Thin on purpose: make.py does the work, also where there is no make (`py make.py lab`).
# Another interpreter: `make lab PYTHON=python3.13`.
# Another build of PyTorch, kept from then on: `DLCOURSE_TORCH=cu130 make setup`.
PYTHON ?= python3

.PHONY: lab test site setup build portability replication lock
lab test site setup build portability replication lock:
	@DLCOURSE_PYTHON="$(origin PYTHON)" "$(PYTHON)" make.py $@
