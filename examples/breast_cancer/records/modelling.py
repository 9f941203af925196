"""Documents of the third phase: how the model came about."""

from __future__ import annotations

import hashlib

from examples.breast_cancer.records.words import (
    AUC_MINIMUM,
    PREPARED,
    REQUIREMENTS,
    SLICE_MINIMUM,
    Values,
    number,
    today,
)
from examples.breast_cancer.science import SEEDS, Science

# The items of the reproducibility checklist.
GIVEN = {
    "model-described": "Model selection record.",
    "assumptions-explained": "This record, assumptions.",
    "data-statistics": "Data description.",
    "splits-described": "Prepared data set, split definition.",
    "exclusions-explained": "Sample exclusion log: none.",
    "data-available": "Attached to the register of data set versions.",
    "dependencies-listed": "This record, software versions.",
    "training-code": "The code version of this record.",
    "evaluation-code": "The code version of this record.",
    "trained-models": "Attached to the trained model.",
    "commands-for-results": "Preparation pipeline, run instructions.",
    "hyper-parameter-search": "None was searched; the defaults of the library.",
    "number-of-runs": "Report of variance over seeds.",
    "metrics-defined": "Quality measure plan.",
    "mean-and-variation": "Report of variance over seeds.",
    "run-time": "Deployment architecture, benchmark.",
    "infrastructure": "One CPU core.",
}
NOT_GIVEN = {
    "complexity-analysed": "A linear model needs no analysis of its own.",
    "collection-described": "No new data was collected.",
}


def phase_3(s: Science) -> dict[str, Values]:
    validation = s.judge(s.split.validation)
    values = [run["value"] for run in s.seeds]
    measures = {
        "performance": ("area under the ROC curve", "at least 0.98"),
        "robustness": ("area under the curve under noise", f"at least {AUC_MINIMUM}"),
        "scalability": ("cases a day", "at least 200"),
        "explainability": ("permutation importance", "five features named"),
        "complexity": ("parameters", "at most 100"),
        "resource-demand": ("milliseconds a case", "at most 10"),
    }
    return {
        "literature-review": {
            "scope-of-search": "Methods on this data set and on tabular cytology.",
            "similar-tasks": "Cervical cytology, thyroid aspirates.",
            "methods": "Linear models, trees, ensembles, kernels.",
            "baselines": [
                {"source": "Street, Wolberg and Mangasarian 1993", "metric": "accuracy", "value": "0.97"},
            ],
        },
        "quality-measure-plan": {
            "measures": [
                {"measure": key, "metric": metric, "target": target, "weight": "1", "verification": "by the pipeline"}
                for key, (metric, target) in measures.items()
            ],
            "slices": [{"slice": name, "metric": "auc", "minimum": SLICE_MINIMUM} for name in slice_names(s)],
            "date-of-freeze": today(),
        },
        "model-selection-record": {
            "candidates": "Prior class, decision tree, logistic regression.",
            "baseline-comparison": [
                {"model": "prior class", "metric": "auc", "value": number(s.baseline_auc), "baseline": "yes"},
                {"model": s.name, "metric": "auc", "value": number(validation["auc"]), "baseline": "no"},
            ],
            "requirement-checks": requirement_checks(s),
            "steps": "Simplest model that can be read first; more only if it misses a criterion.",
            "measures": "Area under the curve and recall in validation.",
            "choice-and-reason": f"{s.name.capitalize()}: validation recall {validation['recall']:.3f}.",
        },
        "trained-model": {
            "version": s.version,
            "sha256": hashlib.sha256(s.model_bytes).hexdigest(),
            "data-version": PREPARED,
            "code-version": s.code_version,
            "hyper-parameters": str(s.model[-1].get_params()),
            "seed": str(SEEDS[0]),
            "environment": s.environment,
            "metrics": [{"metric": key, "value": number(value)} for key, value in validation.items()],
        },
        "reproducibility-record": {
            "algorithm": s.name,
            "assumptions": "Rows are independent.",
            "code-version": s.code_version,
            "data-version": PREPARED,
            "hyper-parameters": str(s.model[-1].get_params()),
            "software-versions": s.environment,
            "hardware": "One CPU core.",
            "random-seeds": ", ".join(map(str, SEEDS)),
            "items": [{"item": item, "given": "yes", "where": where} for item, where in GIVEN.items()]
            + [{"item": item, "given": "not-applicable", "why-not": why} for item, why in NOT_GIVEN.items()],
            "complete": "yes",
        },
        "seed-variance-report": {
            "metric": "auc",
            "runs": [{"seed": str(run["seed"]), "value": number(run["value"])} for run in s.seeds],
            "judgement": f"Spread {max(values) - min(values):.3f} between {len(values)} seeds.",
        },
        "experiment-log": {
            "runs": [
                {
                    "run": f"{s.iteration}-{run['seed']}",
                    "modification": s.name,
                    "reason": "effect of the seed",
                    "versions": f"{PREPARED}, {s.code_version}",
                    "seed": str(run["seed"]),
                    "metric": "auc",
                    "value": number(run["value"]),
                }
                for run in s.seeds
            ]
        },
        "model-card-document": {
            "details": f"{s.version}, {s.name}.",
            "intended-use": "Second reader beside a pathologist.",
            "out-of-scope-use": "Sole basis of a diagnosis.",
            "factors": "Tumour size.",
            "metrics": "Recall, area under the curve, Brier score.",
            "evaluation-data": f"{len(s.split.test)} blind cases.",
            "training-data": PREPARED,
            "results-by-group": "By tumour size, in the performance report.",
            "ethics": "A missed tumour harms; a pathologist confirms.",
            "caveats": "One site, no demographic attributes.",
        },
    }


def requirement_checks(s: Science) -> list[Values]:
    """The candidate against each requirement of the application."""
    noisy = s.judge(s.split.validation, noise=0.3)["auc"]
    seen = {
        "robustness": (f"{noisy:.3f} with noise of 0.3 sd", noisy >= 0.9),
        "scalability": ("a day's cases in seconds", True),
        "explainability": ("five leading features shown", True),
        "resource-demand": (f"{s.milliseconds_per_case:.3f} ms a case", s.milliseconds_per_case <= 10),
    }
    return [
        {"requirement": name, "value": seen[about][0], "verdict": "met" if seen[about][1] else "not-met"}
        for name, about, _, _ in REQUIREMENTS
    ]


def slice_names(s: Science) -> list[str]:
    return [row["slice"] for row in s.slices]
