"""The first page of the dossier: where the project stands, in pictures and three small tables."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from catalogue.definitions import Rating
from projects import page_selectors
from ui import charts

Data = dict[str, Any]


def of(data: Data) -> Data:
    """Loop, risk matrix, criteria with the value they are judged by, gates with their outcomes; from `data` alone."""
    return {
        "loop": charts.printed(_loop(data)),
        "matrix": charts.printed(_matrix(data)),
        "criteria": [_criterion(c) for c in data["criteria"] if c["state"] == "Approved"],
        "gates": _gates(data),
    }


def _loop(data: Data) -> str:
    phases = [charts.LoopPhase(p["number"], p["name"], p["state_key"], p["state"]) for p in data["phases"]]
    back = [(i["from_phase"], i["to_phase"]) for i in data["iterations"] if i["from_phase"]]
    return charts.loop(phases, back)


def _matrix(data: Data) -> str:
    rated = [r for r in data["risks"] if r["rating"] is not None]
    counts = Counter((r["severity"].lower(), r["likelihood"].lower()) for r in rated)
    return page_selectors.matrix(counts, Rating(**data["risk_scale"]))


def _criterion(criterion: Data) -> Data:
    current = next((value for value in criterion["values"] if value["current"]), None)
    return {**criterion, "current": current, "bar": charts.printed(_bar(criterion, current)) if current else ""}


def _bar(criterion: Data, current: Data) -> str:
    bounds = [None if criterion[name] is None else Decimal(criterion[name]) for name in ("upper", "floor")]
    return charts.target_bar(
        charts.Target(Decimal(current["value"]), Decimal(criterion["threshold"]), current["met"], *bounds)
    )


def _gates(data: Data) -> list[Data]:
    outcomes: dict[str, list[Data]] = {}
    for decision in data["decisions"]:
        outcomes.setdefault(decision["gate"], []).append(decision)
    return [{"name": name, "decisions": decisions} for name, decisions in outcomes.items()]
