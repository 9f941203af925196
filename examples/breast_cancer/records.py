"""What the machine writes into the documents: sentences around the numbers of the run."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from examples.breast_cancer.science import MINUTES_PER_CASE, SEEDS, Science

Values = dict[str, Any]
DATA = "data-1.0.0"
PREPARED = "prepared-1.0.0"
SCHEMA = "schema-1.0.0"
AUC_MINIMUM = "0.93"
REQUIREMENTS = [
    ("Holds under scanner noise", "robustness", "area under the curve 0.9 in validation", "perturbation test"),
    ("Reads a day's cases", "scalability", "200 cases on one core", "throughput test"),
    ("Shows why", "explainability", "five leading features", "permutation importance"),
    ("Answers while the pathologist waits", "resource-demand", "10 ms a case", "profiling"),
]
ASSUMPTION = "Scanner noise stays below 0.1 standard deviations."
BENEFIT = "About two reading minutes saved a case, without more missed tumours."
FINDINGS = {
    1: "Complete; one site only is the main limit.",
    2: "Preparation can be repeated; nothing was excluded.",
    3: "The model can be read and trained again.",
    4: "Noise above 0.3 standard deviations is the limit.",
    5: "Users accept it; the way back was rehearsed.",
    6: "All signals are in range.",
}
SLICE_MINIMUM = "0.7"
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
# What can make the model stale, each judged.
CAUSES = {
    "data": "Possible: another stain or another laboratory.",
    "hardware": "Likely over years: the scanner ages and gets noisy.",
    "system-updates": "Likely: the scanner's software is updated twice a year.",
    "feedback": "Possible: readers may follow the display.",
    "population": "Possible: another mix of patients.",
    "shocks": "Unlikely.",
    "noise": "Possible: biopsy results may be assigned to the wrong case.",
    "cycle": "Unlikely: tumours know no seasons.",
}


def number(value: float) -> str:
    return f"{value:.4f}"


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def phase_1(s: Science) -> dict[str, Values]:
    n, malignant = len(s.x), int(s.malignant.sum())
    return {
        "scope-document": {
            "purpose": "Help pathologists to tell malignant from benign breast tumours from a fine-needle aspirate.",
            "business-objectives": "Miss fewer malignant tumours, order fewer unneeded biopsies, save reading time.",
            "ml-objectives-with-link-to-business-objectives": "Tell malignant from benign with a probability; "
            "recall serves “missed tumours”, the ranking (area under the curve) serves “unneeded biopsies”.",
            "in-scope-and-out-of-scope": "In: digitised images of one stain, adults. Out: other organs, "
            "screening images.",
            "stakeholders-and-users": "Pathologists use it, oncologists rely on it, patients are affected.",
            "known-data-constraints": f"{n} cases from one hospital, 1990s; no demographic attributes.",
            "safety-criticality-answer": "Yes: a missed tumour harms a person. A pathologist confirms every report.",
        },
        "success-criteria-record": {
            "business-criteria": "Share of malignant tumours missed; share of unneeded biopsies.",
            "ml-criteria-with-minimum-level": "Recall on malignant cases; area under the ROC curve; floors as "
            "recorded.",
            "economic-kpi": f"Reading minutes saved per case, at {MINUTES_PER_CASE:g} minutes a case.",
            "links-between-levels": "Recall → missed tumours; area under the curve → unneeded biopsies; "
            "minutes → both.",
            "baseline-values": f"Prior class: area under the curve {s.baseline_auc:.2f}, every tumour missed.",
            "owner-and-measurement-method": "Owner is the domain expert; measured on a blind test set with intervals.",
            "version-history": "First version.",
            "alignment": [
                {"requirement": key, "verdict": "no-conflict"}
                for key in ("robustness", "scalability", "explainability", "law-and-ethics")
            ]
            + [
                {
                    "requirement": "resource-demand",
                    "verdict": "resolved",
                    "conflict": "A larger model might miss fewer tumours but not answer in time.",
                    "resolution": "Models that read a case within 10 ms are compared, no others.",
                }
            ],
            "reviewed-by": ["Maren Voss, project manager", "Dr. Ines Keller, domain expert"],
        },
        "application-requirements-document": {
            "target-domain": "Pathology work station of one hospital, digitised aspirates.",
            "robustness": f"Area under the curve at least {AUC_MINIMUM} with noise of 0.3 standard deviations.",
            "scalability": "200 cases a day on one CPU core.",
            "explainability": "The five most influential features are shown for each model version.",
            "resource-demand": "Below 10 ms a case, below 100 MB of memory.",
            "requirements": [
                {"requirement": name, "about": about, "limit": limit, "verified-by": how}
                for name, about, limit, how in REQUIREMENTS
            ],
            "assumptions": "Scanner noise stays below 0.1 standard deviations of each feature.",
        },
        "legal-constraints-register": {
            "applicable-rules": "EU AI Act (medical device component), MDR, GDPR Art. 9.",
            "risk-class": "High-risk under Art. 6(1): safety component of a medical device.",
            "obligations": "Risk management, data governance, documentation, logging, human oversight.",
            "personal-data-and-basis": "Health data, pseudonymised; research basis of the public data set.",
            "fairness-considerations": "No demographic attributes; slices by tumour size instead.",
            "reviewer": "Legal reviewer of the hospital.",
        },
        "applicability-assessment": {
            "literature-found": "Street, Wolberg and Mangasarian 1993 report 97 % accuracy with linear programming.",
            "proof-of-concept": "cited",
            "proof-of-concept-result-or-reference": "Published results on this very data set.",
            "conclusion": "Applicable: tabular features, two classes, a linear boundary nearly suffices.",
        },
        "additional-processes-plan": {
            "why-safety-critical": "An overlooked malignant tumour is treated too late.",
            "processes": [
                {
                    "process": "ISO 14971, risk management of medical devices",
                    "covers": "Hazards for patients, beyond the risks of the model.",
                    "responsible": "Sponsor",
                },
                {
                    "process": "IEC 62304, software of medical devices",
                    "covers": "Life cycle of the software around the model.",
                    "responsible": "Operations engineer",
                },
            ],
        },
        "data-collection-report": {
            "sources-and-owners": "University of Wisconsin, bundled with scikit-learn; owner: data owner "
            "of the project.",
            "amounts": f"{n} cases, {len(s.features)} features, {malignant} malignant.",
            "time-span": "Collected 1989 to 1991.",
            "cost-and-time": "No cost; public.",
            "plan": [
                {
                    "source": "University of Wisconsin",
                    "format": "CSV",
                    "planned-until": today(),
                    "planned-cost": "0",
                    "actual-until": today(),
                    "actual-cost": "0",
                }
            ],
            "gaps": "One site, one stain.",
            "labelling-approach": "Diagnosis confirmed by biopsy or follow-up.",
        },
        "dataset-version-register": {
            "versions": [
                {
                    "identifier": DATA,
                    "sha256": hashlib.sha256(s.csv).hexdigest(),
                    "samples": str(n),
                    "date": today(),
                    "author": "Pipeline",
                    "reason": "First version.",
                    "location": "Attached as CSV.",
                }
            ]
        },
        "data-description-report": {
            "signals-with-format-unit-and-meaning": f"{len(s.features)} decimals a case: mean, error and worst of ten "
            "properties of cell nuclei; lengths in pixels.",
            "statistics": "; ".join(
                f"{f['feature']}: {f['min']:.3g} to {f['max']:.3g}, mean {f['mean']:.3g}" for f in s.statistics[:10]
            ),
            "plots": "Not needed: every statistic is attached.",
            "generating-process": "Nuclei outlined on digitised aspirates, properties computed from the outlines.",
            "domain-notes": "“Worst” is the mean of the three largest values of a case.",
        },
        "data-schema": {
            "version": SCHEMA,
            "features": [
                {
                    "feature": f["feature"],
                    "type": "decimal",
                    "unit": "1",
                    "range": f"0 to {f['max'] * 1.5:.4g}",
                    "missing-share": "0",
                    "treatment": "quarantine",
                    "owner": "data owner",
                }
                for f in s.statistics
            ],
        },
        "data-quality-report": {
            "data-version": DATA,
            "schema-version": SCHEMA,
            "violations": [
                {"rule": f"no {name} values", "count": str(count), "share": number(count / n), "tolerance": "0"}
                for name, count in s.quality.items()
            ],
            "coverage-of-extreme-cases": f"Largest mean radius {s.statistics[0]['max']:.1f}, smallest "
            f"{s.statistics[0]['min']:.1f} pixels.",
        },
        "feasibility-report": {
            "stage": "confirmed",
            "data-version": DATA,
            "applicability": "Given by literature.",
            "legal-constraints": "Known; a pathologist stays in the loop.",
            "requirements": "Reachable on one CPU core.",
            "sample-availability-size-and-quality": f"{n} complete cases; enough for a linear model.",
            "expected-benefit": BENEFIT,
            "assumptions": [{"assumption": ASSUMPTION, "why": "Stated by the maker of the scanner."}],
            "open-conditions": "External validation before use at another site.",
            "conclusion": "feasible",
        },
        "risk-register": risk_register("At the end of phase 1."),
        "phase-review-record": phase_review(1),
    }


def phase_review(last: int) -> Values:
    """One row for each phase up to `last`, written before its gate."""
    return {
        "reviews": [
            {
                "phase": f"phase-{number}",
                "documents-reviewed": f"All documents of phase {number}.",
                "findings": FINDINGS[number],
                "risks-in-order": "Missed tumours first, then misuse, then drift.",
                "reviewers": "Project manager, domain expert.",
                "decision": "Ready for the gate.",
                "next-tasks": "Those of the next phase." if number < 6 else "The next review in four weeks.",
            }
            for number in range(1, last + 1)
        ]
    }


def risk_register(when: str) -> Values:
    return {
        "summary": f"{when} Every risk is rated in the project's risk list.",
        "method": "Severity times likelihood; above 4 a QA method is carried out and the risk rated again.",
        "as-of": today(),
        "open-risks": "See the risk list; what stands above the limit is signed with a date of expiry.",
    }


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


def phase_5(s: Science) -> dict[str, Values]:
    live = s.production_like()
    return {
        "deployment-architecture": {
            "options": "On the work station, or as a service in the hospital.",
            "choice-and-reason": "Service in the hospital: one place to update.",
            "requirements-met": [
                {
                    "requirement": "scalability",
                    "stated-limit": "200 cases a day",
                    "how": "One core takes seconds.",
                },
                {"requirement": "resource-demand", "stated-limit": "10 ms a case", "how": "A linear model needs less."},
            ],
            "target-hardware": "One CPU core.",
            "benchmark": f"{s.milliseconds_per_case:.3f} ms a case.",
            "monitoring-design": "Weekly readings pushed by the service.",
        },
        "production-evaluation-report": {
            "stages": [
                {
                    "stage": name,
                    "environment": environment,
                    "metric": "auc",
                    "value": number(value),
                    "closed": "yes",
                    "calibration": f"Brier score {brier:.3f}; the threshold stays.",
                }
                for name, environment, value, brier in (
                    ("stored model loaded again", "test rows", s.test["auc"], s.test["brier"]),
                    ("scanner's noise", "like production", live["auc"], live["brier"]),
                )
            ],
            "results": f"Area under the curve {live['auc']:.3f}, recall {live['recall']:.3f}.",
            "assumptions": [{"assumption": ASSUMPTION, "verdict": "confirmed"}],
            "first-indication-on-business-and-economic-criteria": f"{live['missed']:.3f} of tumours missed, "
            f"{live['minutes']:.2f} minutes saved a case.",
            "conclusion": "met" if live["auc"] >= 0.95 else "not-met",
        },
        "field-test-report": {
            "users": "3",
            "who": "Pathologists of the hospital.",
            "tasks": "80 past cases.",
            "acceptance": "1",
            "usage-rate": "1",
            "experience": "Leading features were found helpful.",
            "consequences": "None needed.",
            "conclusion": "passed",
        },
        "user-guide": {
            "function": "Probability of malignancy beside the image.",
            "limits": "One stain; noise above 0.3 sd.",
            "correct-use": "Second reader; a pathologist decides.",
            "contact": "Model owner.",
            "model-version": s.reference,
            "disclaimer": "yes",
        },
        "fallback-plan-document": {
            "triggers": "Recall below its floor, or the service is down.",
            "option": "rules",
            "target": "Reading without the system.",
            "steps": "Switch off the display; inform the pathologists.",
            "owner": "Operations engineer",
            "rehearsed-on": today(),
            "rehearsal-result": "Switched off and on within two minutes.",
        },
        "rollout-plan": {
            "increments": [
                {"step": "shadow", "share": "0", "stop-condition": "any failure"},
                {"step": "one reader", "share": "0.2", "stop-condition": "recall below floor"},
                {"step": "all readers", "share": "1", "stop-condition": "recall below floor"},
            ],
            "conditions": "Two weeks each without incident.",
            "monitoring-during-roll-out": "Daily readings.",
            "way-back": "Fall-back plan.",
        },
        "release-record": {
            "model-version": s.reference,
            "data-version": PREPARED,
            "code-version": s.code_version,
            "configuration-version": f"threshold-{s.threshold:.2f}",
            "approver": "Sponsor",
            "released-on": today(),
            "increment": "shadow",
        },
        "monitoring-plan-document": {
            "causes": [{"cause": cause, "judgement": judgement} for cause, judgement in CAUSES.items()],
            "owner": "Model owner",
            "reactions": "Below threshold: fall-back, incident, root cause.",
            "ground-truth-plan": "Biopsy results arrive within four weeks.",
        },
    }


def phase_6(s: Science) -> dict[str, Values]:
    weeks = [s.week(number) for number in range(1, 5)]
    return {
        "monitoring-plan-document": phase_5(s)["monitoring-plan-document"],
        "data-monitoring-log": {
            "period": "Four weeks.",
            "seen": "Every signal delivered; no value left its range.",
            "verdict": "The images are those the model was made for.",
        },
        "data-catalogue": {
            "source": "Scanner of the hospital.",
            "owner": "Data owner.",
            "schema-version": SCHEMA,
            "change-history": "No change.",
            "dependent-models": s.version,
        },
        "performance-monitoring-report": {
            "period": "Four weeks.",
            "metrics": "; ".join(
                f"week {i}: recall {w['recall']:.3f}, auc {w['auc']:.3f}" for i, w in enumerate(weeks, 1)
            ),
            "segments": "By tumour size.",
            "criteria-verdicts": "See the criteria page.",
            "benefit-against-expectation": f"{weeks[-1]['minutes']:.2f} minutes saved a case in the fourth week.",
            "forecast": "Stable.",
            "actions": "None.",
        },
        "technical-monitoring-report": {
            "hardware": "One core, 3 % load.",
            "resources": f"{s.milliseconds_per_case:.3f} ms a case.",
            "pipelines": "All runs delivered.",
            "dependencies": s.environment,
            "upstream-models": "None.",
            "incidents": "None.",
        },
        "incident-log": {"period": "Four weeks.", "lessons": "None: there was no incident."},
        "update-decision-record": {
            "trigger-fired": "no",
            "cost-of-update": "Two weeks of work.",
            "cost-of-staying": "None seen.",
            "decision": "no-update",
            "decider": "Model owner",
            "reason": "All signals are in range.",
        },
        "feedback-loop-register": {
            "search": "Readers, oncologists and the archive were asked what the display changes for them.",
            "conclusion": "Readers may trust the display too much; the share of changed reports is watched.",
        },
        "serving-log": {
            "served": [{"model-version": s.reference, "since": today(), "share": "1", "evaluation-passed": "yes"}]
        },
    }
