"""Rows written with and without a record of the change, for `benchmarks/audit.py`."""
