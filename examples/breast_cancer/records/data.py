"""Documents of the second phase: the data and how it was prepared."""

from __future__ import annotations

from examples.breast_cancer.records.words import DATA, PREPARED, Values, number, today
from examples.breast_cancer.science import Science


def phase_2(s: Science) -> dict[str, Values]:
    return {
        "feature-list": {
            "features": [
                {"feature": name, "source": DATA, "kept": "yes", "reason": "informative", "method": "expert"}
                for name in s.features
            ]
        },
        "sample-exclusion-log": {"version-before": DATA, "version-after": PREPARED},
        "feature-definitions": {
            "features": [
                {
                    "feature": "Mean, standard error and worst value of ten nucleus properties",
                    "formula": "As published by Street et al. 1993.",
                    "inputs": "Outlines of nuclei.",
                    "metric": "auc",
                    "baseline": number(s.baseline_auc),
                    "with-it": number(s.judge(s.split.validation)["auc"]),
                    "better": "higher",
                    "kept": "yes",
                    "code-reference": s.code_version,
                }
            ]
        },
        "data-format-specification": {
            "file-format": "CSV, UTF-8, header line.",
            "types": "Decimals; label 0 or 1.",
            "units": "Pixels and ratios.",
            "conversions": "None.",
        },
        "normalisation-parameters": {
            "feature": "All features.",
            "method": "None for trees; standard score for linear models.",
            "parameters": "Fitted on the training rows only.",
            "training-data-version": PREPARED,
        },
        "data-lineage-record": {
            "steps": [
                {
                    "step": "split",
                    "input-version": DATA,
                    "code-version": s.code_version,
                    "parameters": "60/20/20, stratified, seed 7",
                    "output-version": PREPARED,
                    "author": "Pipeline",
                    "time": today(),
                }
            ],
            "complete": "yes",
        },
        "prepared-dataset": {
            "version": PREPARED,
            "sha256": s.sha256(s.split.train),
            "samples": str(len(s.split.train)),
            "raw-version": DATA,
            "pipeline-version": s.code_version,
            "split-definition": f"{len(s.split.train)} training, {len(s.split.validation)} validation and "
            f"{len(s.split.test)} test rows, stratified by label, seed 7.",
            "conforms-to-schema": "yes",
        },
        "preparation-pipeline-release": {
            "code-version": s.code_version,
            "configuration": "Seed 7, shares 60/20/20.",
            "run-instructions": "python -m examples.breast_cancer --help",
            "test-report": "Run twice: same hashes.",
            "automated": "pipeline",
        },
    }
