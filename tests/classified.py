"""Classified projects for tests: answers to the EU AI Act, given by Mara and signed by Sven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulations.models import Classification
from regulations.services import classifications
from tests.cast import Cast

ACT = "eu-ai-act"
LINKS = ("eu-market", "eu-deployer", "eu-output", "eu-other-operator")
OUTSIDE = {"ai-system": True, **dict.fromkeys(LINKS, False)}  # no link to the Union
HIRING = {
    "ai-system": True, "eu-market": True, "military-only": False, "foreign-authority-cooperation": False,
    "science-only": False,
    **dict.fromkeys(
        ["subliminal-or-deceptive", "exploits-vulnerability", "nonconsensual-intimate", "csam", "social-scoring",
         "crime-prediction", "face-scraping", "emotion-recognition", "biometric-categorisation",
         "realtime-rbi-law-enforcement"],
        False,
    ),
    "a3-4a": True, "narrow-procedural": False, "improves-human-result": False, "detects-patterns": False,
    "preparatory-task": False,
}  # fmt: skip


def reasoned(answers: Mapping[str, Any], reason: str = "As the description says.") -> dict[str, dict[str, Any]]:
    return {key: {"value": value, "reason": reason} for key, value in answers.items()}


def draft(
    cast: Cast, answers: Mapping[str, Any] = OUTSIDE, roles: tuple[str, ...] = ("provider",), regulation: str = ACT
) -> Classification:
    row = classifications.begin(project=cast.project, regulation=regulation, by=cast.mara)
    if list(roles) != row.roles:
        classifications.set_roles(classification=row, roles=roles, by=cast.mara)
    if answers:
        classifications.answer(classification=row, answers=reasoned(answers), by=cast.mara)
    row.refresh_from_db()
    return row


def signed(
    cast: Cast, answers: Mapping[str, Any] = OUTSIDE, roles: tuple[str, ...] = ("provider",), regulation: str = ACT
) -> Classification:
    row = draft(cast, answers, roles, regulation)
    return classifications.sign(classification=row, reasoning="Checked with counsel.", by=cast.sven)
