"""What the machine logs of its experiments: runs with a cause and a result, and the use of the test set."""

from __future__ import annotations

from typing import Any

from examples.breast_cancer import parts, records
from examples.breast_cancer.client import Client
from examples.breast_cancer.science import SEEDS, Science

MILLISECONDS_A_DAY = 24 * 3600 * 1000
CAUSES = {
    1: ("A tree of depth 3.", "The simplest model a pathologist can read."),
    2: ("Scaled logistic regression instead of the tree.", "The tree overlooked too many malignant tumours."),
}


def log(client: Client, s: Science) -> None:
    """The baseline, once, and the candidate of this iteration."""
    known = client.rows("runs")
    if not known:
        result = {"metrics": _metrics({"area under the ROC curve": s.baseline_auc})}
        baseline = _run(s, "The more frequent class for every case.", "Something to compare with.")
        client.post("runs", baseline | {"is_baseline": True, "outcome": result})
    result = {"metrics": _metrics(_measured(s)), "model": s.reference, "note": f"Validated as {s.name}."}
    further = {"parent": len(known) or 1, "configuration": f"parameters@{s.iteration}", "outcome": result}
    client.post("runs", _run(s, *CAUSES[s.iteration]) | further)


def evaluate(client: Client, s: Science) -> None:
    """Enter that the blind test is about to be used."""
    client.post(
        "test-set-uses",
        {
            "test_set": parts.TEST_SET, "model": s.reference,
            "purpose": f"Decide about {s.name} in iteration {s.iteration}.",
            "disjointness": "Drawn by class before any training; no row number stands in both.",
        },
    )  # fmt: skip


def _run(s: Science, modification: str, cause: str) -> dict[str, Any]:
    return {
        "modification": modification, "cause": cause, "dataset": f"prepared@{records.PREPARED}",
        "code": f"training@{s.code_version}", "seed": SEEDS[0],
    }  # fmt: skip


def _measured(s: Science) -> dict[str, float]:
    """A value of each measure the plan names."""
    return {
        "area under the ROC curve": s.judge(s.split.validation)["auc"],
        "area under the curve under noise": s.judge(s.split.validation, noise=0.3)["auc"],
        "cases a day": MILLISECONDS_A_DAY / s.milliseconds_per_case,
        "permutation importance": len(s.influences),
        "parameters": 15 if s.iteration == 1 else len(s.features) + 1,
        "milliseconds a case": s.milliseconds_per_case,
    }


def _metrics(measured: dict[str, float]) -> list[dict[str, str]]:
    return [
        {"metric": metric, "value": records.number(value), "split": "validation"} for metric, value in measured.items()
    ]
