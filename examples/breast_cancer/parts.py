"""What the machine tells the registry: data, code, surroundings and models, each made from the ones before."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn

from examples.breast_cancer import records
from examples.breast_cancer.client import Client
from examples.breast_cancer.science import CERTAIN, SEEDS, Science

# key -> (kind, name, owner, what is said of it)
ARTEFACTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "wisconsin": (
        "data-source", "Wisconsin diagnostic", "owner",
        {
            "purpose": "Tell malignant from benign tumours.", "personal-data": "yes",
            "legal-basis": "Research with pseudonymised data, GDPR Art. 9(2)(j)", "replication": "backup",
            "path-of-use": "Bundled with scikit-learn, read by the pipeline, never leaves it.",
            "delivery-mode": "request", "collection": "Fine-needle aspirates of 569 patients, digitised, 1989 to 1991.",
            "people": "Patients of one hospital; no name, age or origin is part of the data.",
            "distribution": "CC BY 4.0 by the UCI repository.", "upkeep": "Nothing is added any more.",
        },
    ),
    "layout": ("schema", "Layout of the cases", "owner", {}),
    "cases": ("dataset", "Cases", "owner", {}),
    "prepared": ("dataset", "Prepared cases", "owner", {}),
    "test-set": ("dataset", "Blind test set", "owner", {}),
    "preparation": ("code", "Preparation", "engineer", {"repository": "examples/breast_cancer"}),
    "training": ("code", "Training", "engineer", {"repository": "examples/breast_cancer"}),
    "runtime": ("environment", "Runtime", "engineer", {}),
    "parameters": ("configuration", "Parameters of training", "data-scientist", {}),
    "classifier": ("model", "Tumour classifier", "owner", {}),
    "threshold": ("configuration", "Threshold in operation", "engineer", {}),
    "prediction": ("service", "Prediction service", "engineer", {}),
    "delivery": ("pipeline", "Delivery pipeline", "engineer", {}),
}  # fmt: skip
TEST_SET = f"test-set@{records.PREPARED}-test"


def register(client: Client, s: Science, phase: int) -> None:
    """What is new in a phase of an iteration; what is there already stays."""
    known = {row["ref"] for row in client.rows("artefact-versions")}
    for ref, inputs, stated in _versions(s).get(phase, []):
        if ref not in known:
            _register(client, ref, inputs, stated)
    if phase == 5:
        _profiles(client, s)


def _versions(s: Science) -> dict[int, list[tuple[str, list[Any], dict[str, Any]]]]:
    """By phase: reference, inputs, and what is stated of the version."""
    number, data, prepared = s.iteration, f"cases@{records.DATA}", f"prepared@{records.PREPARED}"
    model, rows = s.reference, np.arange(len(s.x))
    training = [prepared, f"training@{s.code_version}", f"runtime@{number}", f"parameters@{number}"]
    same = {name: [name] for name in s.features}
    return {
        1: [
            (f"layout@{records.SCHEMA}", [], {"values": {"fields": _fields(s)}}),
            ("wisconsin@1993", [f"layout@{records.SCHEMA}"], {}),
            (data, ["wisconsin@1993"], _data(hashlib.sha256(s.csv).hexdigest(), len(rows), "raw", "export as CSV")),
        ],
        2: [
            ("preparation@example-1.0.0", [], {}),
            (prepared, [{"ref": data, "features": same}, "preparation@example-1.0.0"],
             _data(s.sha256(rows), len(rows), "prepared", "split by class")),
        ],
        3: [
            (f"training@{s.code_version}", [], {}),
            (f"runtime@{number}", [], {"values": _environment()}),
            (f"parameters@{number}", [], {"values": _parameters(s)}),
            (model, training, _made(s.model_bytes, f"training run {number}", {"algorithm": s.name})),
        ],
        4: [
            (TEST_SET, [prepared],
             _data(s.sha256(s.split.test), len(s.split.test), "test", "draw a fifth")),
        ],
        5: [
            (f"threshold@threshold-{s.threshold:.2f}", [], {"values": _threshold(s)}),
            ("delivery@1.0.0", [], {"values": {"stages": ["train", "package", "deploy"]}}),
            (f"prediction@{number}.0.0", [model, f"threshold@threshold-{s.threshold:.2f}"], {}),
        ],
    }  # fmt: skip


def _register(client: Client, ref: str, inputs: Sequence[Any], stated: dict[str, Any]) -> None:
    key, label = ref.split("@")
    kind, name, owner, about = ARTEFACTS[key]
    found = next((row for row in client.rows("artefacts") if row["key"] == key), None)
    if found is None:
        found = client.post("artefacts", {"kind": kind, "key": key, "name": name, "owner": owner, "values": about})
    parent = found["versions"][-1] if found["versions"] else ""
    body = {"label": label, "parent": parent, "reason": "The next iteration." if parent else "", **stated}
    body["inputs"] = [each if isinstance(each, dict) else {"ref": each} for each in inputs]
    client.post(f"artefacts/{key}/versions", body)


def _data(sha256: str, samples: int, role: str, step: str) -> dict[str, Any]:
    return {
        "sha256": sha256, "step": step, "step_mode": "automated",
        "values": {"role": role, "samples": samples, "origin": "collected"},
    }  # fmt: skip


def _made(content: bytes, step: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "step": step, "step_mode": "automated", "values": values}


def _fields(s: Science) -> list[dict[str, str]]:
    return [{"name": row["feature"], "type": "number", "nullable": "no", "min": "0"} for row in s.statistics] + [
        {"name": "malignant", "type": "integer", "nullable": "no", "categories": "0, 1"}
    ]


def _environment() -> dict[str, Any]:
    versions = {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__}
    software = [{"package": package, "version": version} for package, version in versions.items()]
    return {"software": software, "hardware": f"{platform.machine()}, CPU only"}


def _parameters(s: Science) -> dict[str, Any]:
    depth, scaled = {"name": "max_depth", "value": "3"}, {"name": "C", "value": "1.0"}
    return {"hyper-parameters": [depth if s.iteration == 1 else scaled], "seeds": [str(seed) for seed in SEEDS]}


def _threshold(s: Science) -> dict[str, Any]:
    settings = {"threshold": f"{s.threshold:.2f}", "certain below": f"{CERTAIN:g}"}
    return {"settings": [{"name": name, "value": value} for name, value in settings.items()]}


def _profiles(client: Client, s: Science) -> None:
    """The features at training, and with the noise of the target scanner."""
    model = client.rows(f"artefact-versions?ref={s.reference}")[0]["id"]
    noise = 0.05 * s.x.std(axis=0) * np.random.default_rng(21).standard_normal((len(s.split.test), s.x.shape[1]))
    stages = {"training": s.x[s.split.train], "production-like": s.x[s.split.test] + noise}
    for stage, x in stages.items():
        client.post(
            f"artefact-versions/{model}/profiles",
            {"stage": stage, "statistics": [_statistics(*pair) for pair in zip(s.features, x.T, strict=True)]},
        )


def _statistics(feature: str, column: np.ndarray) -> dict[str, Any]:
    found = {"mean": column.mean(), "std": column.std(), "min": column.min(), "max": column.max()}
    found |= {name: np.quantile(column, at) for name, at in (("p05", 0.05), ("median", 0.5), ("p95", 0.95))}
    return {"feature": feature, "count": len(column), **{name: records.number(float(v)) for name, v in found.items()}}
