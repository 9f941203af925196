"""Documents of the first phase, and those that every phase has."""

from __future__ import annotations

import hashlib

from examples.breast_cancer.records.words import (
    ASSUMPTION,
    AUC_MINIMUM,
    DATA,
    REQUIREMENTS,
    SCHEMA,
    Values,
    number,
    today,
)
from examples.breast_cancer.science import MINUTES_PER_CASE, Science

BENEFIT = "About two reading minutes saved a case, without more missed tumours."
FINDINGS = {
    1: "Complete; one site only is the main limit.",
    2: "Preparation can be repeated; nothing was excluded.",
    3: "The model can be read and trained again.",
    4: "Noise above 0.3 standard deviations is the limit.",
    5: "Users accept it; the way back was rehearsed.",
    6: "All signals are in range.",
}


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
