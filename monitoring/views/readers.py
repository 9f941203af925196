"""From a form's texts to what the services of this app take."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from monitoring import rules
from monitoring.services.updates import Weighing
from projects.views.readers import Given, date_of, decimal_in, moment_of, whole_in

NUMBERS_OF_RULES = ("n", "window")
TEXTS_OF_RULES = (
    "threshold", "low", "high", "by", "direction", "other", "environment", "bound", "segment", "severity", "closes",
    "task", "role",
)  # fmt: skip


def signal(given: Given) -> dict[str, Any]:
    return {"key": given.get("key", ""), "settings": settings(given)}


def change(given: Given) -> dict[str, Any]:
    return {"settings": settings(given), "reason": given.get("reason", "")}


def settings(given: Given) -> dict[str, Any]:
    """Those a form shows."""
    texts = (
        "name", "group", "metric", "unit", "environment", "feature", "criterion", "watches", "owner", "response_plan",
        "source", "baseline_source", "baseline_version",
    )  # fmt: skip
    found: dict[str, Any] = {name: given.get(name, "") for name in texts if name in given}
    if "interval_minutes" in given:
        found["interval_minutes"] = whole_in(given, "interval_minutes")
    if "baseline" in given:
        found["baseline"] = decimal_in(given, "baseline")
    if "labelled" in given:
        found["is_labelled"] = given.get("labelled") == "yes"
    return found


def rule(given: Given) -> dict[str, Any]:
    """One rule: what was filled in and its kind takes."""
    kind = given.get("kind", "")
    takes = rules.KINDS[kind].takes if kind in rules.KINDS else {}
    known = {name.removesuffix("?") for name in takes} | set(rules.COMMON)
    found: dict[str, Any] = {name: given.get(name, "").strip() for name in ("key", "kind", "reaction")}
    found |= {name: text for name in TEXTS_OF_RULES if name in known and (text := given.get(name, "").strip())}
    found |= {name: whole_in(given, name) for name in NUMBERS_OF_RULES if name in known and given.get(name)}
    if "values" in known:
        found["values"] = [text.strip() for text in given.get("values", "").split(",") if text.strip()]
    if kind == "divergence":
        found["met"] = {"kind": given.get("met_kind", ""), "threshold": given.get("met_threshold", "").strip()}
        found["missed"] = {"kind": given.get("missed_kind", ""), "threshold": given.get("missed_threshold", "").strip()}
    if given.get("only_observation"):
        found["only_observation"] = True
    return {"rule": found, "reason": given.get("reason", "")}


def dropped_rule(given: Given) -> dict[str, Any]:
    return {"key": given.get("key", ""), "reason": given.get("reason", "")}


def readings(given: Given) -> dict[str, Any]:
    """One value, typed by a person."""
    names = ("value", "environment", "segment", "lower", "upper", "kind")
    row: dict[str, Any] = {name: text for name in names if (text := given.get(name, "").strip())}
    if given.get("count"):
        row["count"] = whole_in(given, "count")
    row["at"] = moment_of(given, "at").isoformat()
    return {"readings": [row]}


def incident(given: Given) -> dict[str, Any]:
    started = moment_of(given, "started_at") if given.get("started_at") else None
    found = {name: given.get(name, "") for name in ("title", "kind", "severity")}
    return {**found, "started_at": started, "details": details(given)["details"]}


def details(given: Given) -> dict[str, Any]:
    texts = (
        "description", "labelled_signal", "affected_persons", "affected_systems", "affected_decisions", "loss_unit",
        "prevention",
    )  # fmt: skip
    found: dict[str, Any] = {name: given.get(name, "") for name in texts if name in given}
    if "loss_estimate" in given:
        found["loss_estimate"] = decimal_in(given, "loss_estimate")
    for name in ("downtime_minutes", "found_in_phase"):
        if given.get(name):
            found[name] = whole_in(given, name)
    return {"details": found}


def amended(given: Given) -> dict[str, Any]:
    """Details of an incident that exists, among them its kind and severity."""
    more = {name: given.get(name, "") for name in ("kind", "severity") if name in given}
    return {"details": {**details(given)["details"], **more}}


def resolution(given: Given) -> dict[str, Any]:
    return {
        "course_of_action": given.get("course_of_action", ""),
        "downtime_minutes": whole_in(given, "downtime_minutes"),
    }


def terms(given: Given) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: given.get(name, "")
        for name in ("use", "ground_truth", "loops", "no_loops_reason", "regime", "approved_scope")
    }
    found["substitutes"] = given.getlist("substitutes")
    found["label_delay_days"] = whole_in(given, "label_delay_days")
    for name in ("review_every_days", "answer_hours", "observe_days", "observe_minutes"):
        found[name] = whole_in(given, name) or 0
    for name in ("trained_from", "trained_until"):
        found[name] = date_of(given, name) if given.get(name) else None
    return {"terms": found}


def external_event(given: Given) -> dict[str, Any]:
    texts = {name: given.get(name, "") for name in ("kind", "title", "note")}
    happened: date = date_of(given, "happened_on")
    return {**texts, "happened_on": happened, "starts_review": bool(given.get("starts_review"))}


def system_update(given: Given) -> dict[str, Any]:
    happened: datetime = moment_of(given, "happened_at")
    texts = {name: given.get(name, "") for name in ("title", "what")}
    return {**texts, "happened_at": happened, "signals": given.getlist("signals")}


def loop(given: Given) -> dict[str, Any]:
    names = ("name", "kind", "description", "indicator", "severity", "likelihood", "owner", "limits_by")
    found = {name: given.get(name, "") for name in names if name in given}
    return {"loop": {**found, "limit": decimal_in(given, "limit")}}


def changed_loop(given: Given) -> dict[str, Any]:
    return {"changes": loop(given)["loop"], "reason": given.get("reason", "")}


def review(given: Given) -> dict[str, Any]:
    due_on = date_of(given, "due_on") if given.get("due_on") else timezone.localdate() + timedelta(days=14)
    return {"occasion": given.get("occasion", ""), "due_on": due_on}


def weighing(given: Given) -> dict[str, Any]:
    texts = {n: given.get(n, "") for n in ("decision", "reason", "cost_unit", "approach", "approach_reason")}
    costs = {name: decimal_in(given, name) for name in ("cost_of_update", "cost_of_staying", "cost_of_labels")}
    return {"weighing": Weighing(**texts, **costs)}
