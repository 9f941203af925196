"""Documents of the fifth and sixth phase: how the model is put to work and watched."""

from __future__ import annotations

from examples.breast_cancer.records.words import ASSUMPTION, PREPARED, SCHEMA, Values, number, today
from examples.breast_cancer.science import Science

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
