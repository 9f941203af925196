"""Documents of the fourth phase: what the model is worth."""

from __future__ import annotations

from examples.breast_cancer.records.words import AUC_MINIMUM, PREPARED, SLICE_MINIMUM, Values, number
from examples.breast_cancer.science import Science


def phase_4(s: Science, criteria: list[Values]) -> dict[str, Values]:
    """`criteria`: rows {criterion, value, threshold, met} of the blind test."""
    missed = any(row["met"] == "no" for row in criteria)
    low, high = s.test_intervals["auc"]
    return {
        "test-set-record": {
            "version": f"{PREPARED}-test",
            "sha256": s.sha256(s.split.test),
            "samples": str(len(s.split.test)),
            "curators": "Data owner.",
            "collection-procedure": "Held out before any training, stratified.",
            "coverage": f"{int(s.malignant[s.split.test].sum())} malignant cases.",
            "access-and-use-log": f"Opened once in iteration {s.iteration}.",
            "blind": "yes",
        },
        "performance-report": {
            "test-set": "blind",
            "test-set-version": f"{PREPARED}-test",
            "model-version": s.reference,
            "metrics": [
                {"metric": "auc", "value": number(s.test["auc"]), "lower": number(low), "upper": number(high)},
                *({"metric": key, "value": number(s.test[key])} for key in ("recall", "false-alarms", "brier")),
            ],
            "slices": [
                {
                    "slice": row["slice"],
                    "samples": str(row["samples"]),
                    "metric": "auc",
                    "value": number(row["value"]),
                    "minimum": SLICE_MINIMUM,
                }
                for row in s.slices
            ],
            "comparison-with-baseline": f"{s.test['auc']:.3f} against {s.baseline_auc:.2f}.",
        },
        "robustness-report": {
            "goals": f"Area under the curve at least {AUC_MINIMUM} up to 0.3 standard deviations of noise.",
            "trials": [
                {
                    "perturbation": "Gaussian noise",
                    "level": f"{trial['level']} sd",
                    "metric": "auc",
                    "value": number(trial["value"]),
                    "minimum": AUC_MINIMUM if trial["level"] <= 0.3 else "0.8",
                }
                for trial in s.robustness
            ],
            "attacks": "None: inputs come from the hospital's own scanner.",
            "limits-found": f"With 0.5 sd the area under the curve falls to {s.robustness[-1]['value']:.3f}.",
        },
        "explainability-report": {
            "methods": "Permutation importance on the test set.",
            "influential-features": [
                {"feature": row["feature"], "influence": number(row["influence"])} for row in s.influences
            ],
            "expert": "Dr. Ines Keller, domain expert",
            "expert-judgement": "Size and concavity lead, as cytology expects.",
            "errors-found": "None.",
            "explanations": [
                {
                    "audience": "practitioners",
                    "explanation": "Permutation importance of each feature on the test set.",
                    "evidence": "The order agrees with published cytology.",
                },
                {
                    "audience": "users",
                    "explanation": "The work station shows the leading features beside the probability.",
                    "evidence": "Three pathologists told in their own words why a case was flagged.",
                },
            ],
            "interpretable-comparison": "The model is linear and can be read itself; trees were no better.",
            "conclusion": "met",
        },
        "evaluation-report": {
            "test-plan": "Quality measure plan, revision 1",
            "model-version": s.reference,
            "test-set-version": f"{PREPARED}-test",
            "results": [{"criterion": row["criterion"], "value": row["value"]} for row in criteria],
            "comparison-with-criteria": "One criterion is missed." if missed else "All criteria are met.",
            "robustness-and-explainability-limits": "Noise above 0.3 sd.",
            "recommendation": "Go back to model selection." if missed else "Deploy beside a pathologist.",
        },
        "deployment-decision-record": {
            "decision": "do-not-deploy" if missed else "deploy",
            "deciders-and-roles": "Domain expert, ML expert.",
            "reason": "A criterion is missed on the blind test." if missed else "All criteria are met.",
            "model-version": s.reference,
            "conditions": "A pathologist confirms every report.",
        },
    }
