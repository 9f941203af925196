"""What the machine writes into the documents, by phase: sentences around the numbers of the run."""

from __future__ import annotations

from examples.breast_cancer.records.data import phase_2
from examples.breast_cancer.records.evaluation import phase_4
from examples.breast_cancer.records.modelling import phase_3
from examples.breast_cancer.records.operation import phase_5, phase_6
from examples.breast_cancer.records.understanding import phase_1, phase_review, risk_register
from examples.breast_cancer.records.words import DATA, PREPARED, SCHEMA, Values, number

__all__ = [
    "DATA",
    "PREPARED",
    "SCHEMA",
    "Values",
    "number",
    "phase_1",
    "phase_2",
    "phase_3",
    "phase_4",
    "phase_5",
    "phase_6",
    "phase_review",
    "risk_register",
]
