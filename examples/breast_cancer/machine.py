"""The machine's part of the project, done through the REST API alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from examples.breast_cancer import operation, parts, records
from examples.breast_cancer.client import Client
from examples.breast_cancer.science import Science

# key -> (measure of the run, level, name, direction, threshold, floor, serves)
CRITERIA = {
    "missed-tumours": ("missed", "business", "Malignant tumours missed", "at_most", "0.06", "0.12", None),
    "unneeded-biopsies": ("false-alarms", "business", "Unneeded biopsies", "at_most", "0.15", "0.25", None),
    "recall": ("recall", "ml", "Recall on malignant cases", "at_least", "0.94", "0.85", "missed-tumours"),
    "auc": ("auc", "ml", "Area under the ROC curve", "at_least", "0.97", "0.90", "unneeded-biopsies"),
    "minutes-saved": ("minutes", "economic", "Reading minutes saved a case", "at_least", "2", "1", "unneeded-biopsies"),
}
UNITS = {"minutes-saved": "min"}
# Which measured values belong to a phase, and where they were measured.
MEASURED = {
    1: ("forecast", ["minutes-saved"]),
    3: ("validation", ["recall", "auc"]),
    4: ("test", [key for key in CRITERIA if key != "minutes-saved"]),
    5: ("production-like", list(CRITERIA)),
}
# Records that say something new in a further iteration; the others still hold.
RENEWED = {
    "model-selection-record", "trained-model", "reproducibility-record", "seed-variance-report", "experiment-log",
    "model-card-document", "test-set-record", "performance-report", "robustness-report", "explainability-report",
    "evaluation-report", "deployment-decision-record",
}  # fmt: skip
FILES = {
    "dataset-version-register": ("wisconsin-diagnostic.csv", "text/csv"),
    "trained-model": ("model.pickle", "application/octet-stream"),
}


class Machine:
    """One iteration of the machine's work. `round` does what can be done now; people's work makes more possible."""

    def __init__(self, client: Client, iteration: int) -> None:
        self.client, self.iteration = client, iteration
        self.science = Science(iteration)
        self._written: dict[int, dict[str, dict[str, Any]]] = {}

    def propose_criteria(self) -> None:
        for key, (_, level, name, direction, threshold, floor, serves) in CRITERIA.items():
            self.client.post(
                "criteria",
                {
                    "key": key, "level": level, "name": name, "metric": name, "unit": UNITS.get(key, "1"),
                    "direction": direction, "threshold": threshold, "floor": floor, "supports": serves,
                    "method": "By the pipeline, on the rows the environment names.", "owner_name": "Domain expert",
                    "justification": "Agreed in the scope workshop.",
                },
            )  # fmt: skip

    def round(self, phase: int) -> bool:
        """Start, document and hand in every task of the phase that can be; False when there was none."""
        tasks = {task["key"]: task for task in self.client.rows("tasks")}
        ready = [
            task
            for task in tasks.values()
            if task["phase"] == phase
            and task["state"] == "to_do"
            and all(tasks[key]["state"] in {"done", "not_applicable"} for key in task["depends_on"])
            and set(task["document_kinds"]) <= set(self._values(phase))
        ]
        for task in ready:
            self._do(task, phase)
        return bool(ready)

    def measure(self, phase: int) -> None:
        """Push the values that belong to the phase; in operation, four weeks of them."""
        if phase == 6:
            for week in range(1, 5):
                self._push("operation", self.science.week(week), list(CRITERIA), note=f"Week {week}.")
            operation.deliver(self.client, self.science)
        elif phase in MEASURED:
            environment, keys = MEASURED[phase]
            self._push(environment, self._judged(environment), keys)

    def update_risk_register(self) -> None:
        """A new revision once the evaluation is there."""
        values = records.risk_register(f"After the evaluation of iteration {self.iteration}.")
        self._write("risk-register", values, "The evaluation brought new knowledge.")

    def add_review(self, phase: int) -> None:
        """The review of a phase is a further row of the phase review record; that of the first came with its task."""
        if phase > 1:
            self._write("phase-review-record", records.phase_review(phase), f"Review of phase {phase}.")

    def list_additional_processes(self) -> None:
        """An output can harm: what applies beside the process has to be settled before the first gate."""
        self._write("additional-processes-plan", self._values(1)["additional-processes-plan"], "")

    def write_early(self) -> None:
        """The monitoring plan and its signals are needed for the release already."""
        self._write("monitoring-plan-document", records.phase_5(self.science)["monitoring-plan-document"], "")
        operation.propose(self.client, self.science)

    def _do(self, task: dict[str, Any], phase: int) -> None:
        key = task["key"]
        self.client.post(f"tasks/{key}/start")
        known = {document["kind"]: document for document in self.client.rows("documents")}
        for kind in task["document_kinds"]:
            if kind not in known:
                self._write(kind, self._values(phase)[kind], "")
            elif self.iteration > 1 and kind in RENEWED:
                self._write(kind, self._values(phase)[kind], f"Iteration {self.iteration}: {self.science.name}.")
        if task["checklist"]:
            self.client.post(f"tasks/{key}/check", {"done": [True] * len(task["checklist"])})
        self.client.post(f"tasks/{key}/hand-in", {"result": f"Done by the pipeline with {self.science.code_version}."})

    def _write(self, kind: str, values: dict[str, Any], reason: str) -> None:
        revision = self.client.post("documents", {"kind": kind, "values": values, "change_reason": reason})
        path = f"documents/{kind}/revisions/{revision['number']}"
        if kind in FILES:
            name, media_type = FILES[kind]
            data = self.science.csv if kind == "dataset-version-register" else self.science.model_bytes
            self.client.attach(f"{path}/attachments", name, data, media_type)
        self.client.post(f"{path}/submit")

    def _values(self, phase: int) -> dict[str, dict[str, Any]]:
        if phase not in self._written:
            further = [self._comparison()] if phase == 4 else []
            self._written[phase] = getattr(records, f"phase_{phase}")(self.science, *further)
        return self._written[phase]

    def _comparison(self) -> list[dict[str, str]]:
        """The blind test against the criteria, by the rule the service applies."""
        rows = []
        for measure, _, name, direction, threshold, _, _ in (CRITERIA[key] for key in MEASURED[4][1]):
            value = self.science.test[measure]
            met = value >= float(threshold) if direction == "at_least" else value <= float(threshold)
            row = {"criterion": name, "value": records.number(value), "threshold": threshold}
            rows.append(row | {"met": "yes" if met else "no"})
        return rows

    def _judged(self, environment: str) -> dict[str, float]:
        if environment == "production-like":
            return self.science.production_like()
        return self.science.judge(self._rows(environment))

    def _rows(self, environment: str) -> Any:
        split = self.science.split
        return split.test if environment in {"test", "production-like"} else split.validation

    def _push(self, environment: str, judged: dict[str, float], keys: list[str], note: str = "") -> None:
        for key in keys:
            measure = CRITERIA[key][0]
            body = {
                "value": records.number(judged[measure]), "unit": UNITS.get(key, "1"), "environment": environment,
                "measured_at": datetime.now(UTC).isoformat(), "subject_version": self.science.reference, "note": note,
            }  # fmt: skip
            if environment == "test":
                body["dataset"] = parts.TEST_SET
                low, high = self.science.test_intervals[measure]
                body |= {"lower": records.number(low), "upper": records.number(high)}
            self.client.post(f"criteria/{key}/measurements", body)
