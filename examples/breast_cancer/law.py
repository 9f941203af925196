"""What the project answers to the EU AI Act: software that is a medical device of class IIa, still in development."""

from __future__ import annotations

from typing import Any

ROLES = ["provider"]
REASONING = "Software that is a medical device of class IIa, so Art. 6(1) holds on both points."
NO = {"value": False}  # to everything that is not listed
ANSWERS: dict[str, dict[str, Any]] = {
    "ai-system": {"value": True, "reason": "A classifier learned from labelled cells; no rule was written by hand."},
    "eu-market": {"value": True, "reason": "Offered to hospitals in the Union under our own name."},
    "not-yet-placed": {"value": True, "reason": "In development; no hospital uses it before the last gate."},
    "real-world-test": {"value": False, "reason": "Tested on stored cases only."},
    "annex-i-section": {"value": "A", "reason": "Medical device, Annex I Section A point 11."},
    "ai-is-product": {"value": True, "reason": "The software itself is the device."},
    "failure-endangers-safety": {"value": True, "reason": "A tumour that is overlooked is treated too late."},
    "third-party-assessment": {"value": True, "reason": "Class IIa: a notified body takes part."},
    "third-party-nonhealth-only": {"value": False, "reason": "It is assessed for risks to patients."},
    "third-party-components": {"value": True, "reason": "Built with scikit-learn."},
    "sme": {"value": True, "reason": "Eighty people."},
    "personal-data": {"value": True, "reason": "Pseudonymised measurements of patients."},
}
