"""Gate rules that read what monitoring knows. Pure, as all rules."""

from __future__ import annotations

from typing import Any

from catalogue.rule_params import Param
from monitoring.rules import KINDS, SEVERITIES
from projects.gates.rules import (
    KIND,
    Facts,
    Finding,
    Params,
    accepted,
    link,
    listed,
    met,
    missing,
    not_met,
    rule,
    unknown,
)

NAMES = (
    "monitoring_planned", "signals_alive", "signals_in_groups", "incidents_in_bounds", "updates_decided",
    "reviews_in_time", "loops_limited", "prepared_for_failure", "ground_truth_settled", "no_alarm_of", "baselines_fit",
)  # fmt: skip
GROUPS = ("data", "output", "performance", "business", "economic", "technical", "availability", "feedback")
BOARD = link("monitoring", "")
TERMS = link("monitoring", "terms")


@rule(kind=KIND)
def monitoring_planned(facts: Facts, params: Params) -> Finding:
    """The plan is accepted, an active signal has owner and threshold, and one compares with ground truth if there is.

    Quality of data and drift can be in bounds while the model erodes; only accuracy shows it.
    """
    if accepted(facts, params["kind"]) is None:
        return missing(facts, params["kind"])
    known, active = facts["monitoring"], _active(facts)
    if not any(signal["has_owner"] and signal["has_threshold"] for signal in active):
        return not_met("No active signal has an owner and a threshold.", [BOARD])
    if known["plan"]["ground_truth"] != "missing" and not any(signal["is_labelled"] for signal in active):
        return not_met(
            "No active signal compares with ground truth: add one for accuracy, or say that ground truth is missing.",
            [BOARD, TERMS],
        )
    lacking = sorted(set(known["plan"]["substitutes"]) - {signal["key"] for signal in active})
    if known["plan"]["ground_truth"] == "missing" and lacking:
        return not_met(f"Substitutes for ground truth are not active: {listed(lacking)}.", [BOARD])
    return met(f"{len(active)} signals are active.", [BOARD])


@rule()
def signals_alive(facts: Facts, params: Params) -> Finding:
    """Each active signal delivers; silence is never good."""
    active = _active(facts)
    silent = [signal for signal in active if signal["is_silent"] or not signal["has_values"]]
    if not active:
        return unknown("There is no active signal.", [BOARD])
    if silent:
        return not_met(f"Silent: {listed(signal['name'] for signal in silent)}.", _links(silent))
    return met(f"All {len(active)} signals deliver.", [BOARD])


@rule(groups=Param("texts", one_of=GROUPS))
def signals_in_groups(facts: Facts, params: Params) -> Finding:
    """Each group has an active signal with a current measured value."""
    current = {s["group"] for s in _active(facts) if s["has_values"] and not s["is_silent"]}
    lacking = [group for group in params["groups"] if group not in current]
    if lacking:
        return not_met(f"No current value in: {listed(lacking)}.", [BOARD])
    return met("Each of these groups has a current value.", [BOARD])


@rule(tolerated=Param(one_of=SEVERITIES))
def incidents_in_bounds(facts: Facts, params: Params) -> Finding:
    """No open incident is more severe than `tolerated`, and none is past its target times."""
    most = SEVERITIES.index(params["tolerated"])
    found = facts["monitoring"]["incidents"]
    bad = [i for i in found if SEVERITIES.index(i["severity"]) > most or i["is_late"]]
    if bad:
        return not_met(f"Open: {listed(map(_told, bad))}.", [link("incident", str(i["number"])) for i in bad])
    losses = listed(_told(i) for i in found) or "none"
    return met(f"Open incidents: {losses}.", [link("incident", str(i["number"])) for i in found])


@rule()
def updates_decided(facts: Facts, params: Params) -> Finding:
    """Every trigger of an update has been answered."""
    open_ones = facts["monitoring"]["updates"]
    if open_ones:
        return not_met(f"Not decided: {listed(u['trigger'] for u in open_ones)}.", [link("reviews", "updates")])
    return met("No trigger waits for a decision.", [link("reviews", "updates")])


@rule()
def reviews_in_time(facts: Facts, params: Params) -> Finding:
    late = [r for r in facts["monitoring"]["reviews"] if r["due_on"] < facts["today"]]
    links = [link("reviews", f"review-{r['number']}") for r in late]
    if late:
        said = [f"review {review['number']}, due on {review['due_on']}" for review in late]
        return not_met(f"Past its date: {listed(said)}.", links)
    return met("No review is past its date.", [link("reviews", "")])


@rule()
def loops_limited(facts: Facts, params: Params) -> Finding:
    """Feedback loops are listed or denied with a reason; each has indicator and limit, severe ones limit actions."""
    plan, loops = facts["monitoring"]["plan"], facts["monitoring"]["loops"]
    if plan["loops"] == "none" and not loops:
        return met(f"There are none: {plan['no_loops_reason'][:120]}", [TERMS])
    if not loops:
        return unknown("List the feedback loops, or say with a reason that there are none.", [TERMS])
    incomplete = [loop for loop in loops if not loop["is_complete"]]
    if incomplete:
        return not_met(f"Without indicator or limit: {listed(loop['name'] for loop in incomplete)}.", [_loops()])
    unlimited = [loop for loop in loops if loop["needs_limits"] and not loop["is_limited"]]
    if unlimited:
        said = listed(loop["name"] for loop in unlimited)
        return not_met(f"Actions are not limited by an accepted QA method: {said}.", [_loops()])
    return met(f"{len(loops)} loops have indicator and limit.", [_loops()])


@rule(fallback=KIND)
def prepared_for_failure(facts: Facts, params: Params) -> Finding:
    """Fall-back, monitoring, owner and the handling of incidents stand together."""
    known = facts["monitoring"]
    parts = {
        "an accepted fall-back plan": accepted(facts, params["fallback"]) is not None,
        "an active signal": bool(_active(facts)),
        "a model owner": known["has_model_owner"],
        "the terms of monitoring, from which targets for incidents follow": known["plan"]["is_set"],
    }
    lacking = [name for name, there in parts.items() if not there]
    if lacking:
        return not_met(f"Missing: {listed(lacking)}.", [BOARD, TERMS, link("document", params["fallback"])])
    return met("Fall-back, monitoring, owner and targets for incidents are there.", [BOARD])


@rule(risk=Param(names="risk"))
def ground_truth_settled(facts: Facts, params: Params) -> Finding:
    """Where ground truth can not be had, the sponsor bears the risk by signature."""
    if facts["monitoring"]["plan"]["ground_truth"] != "missing":
        return met("Ground truth can be had.", [TERMS])
    risk = facts["monitoring"]["ground_truth_risk"]
    borne = risk and risk["state"] == "accepted" and risk["accepted_until"] >= facts["today"]
    if borne and risk["accepted_as"] == "sponsor":
        return met("The sponsor bears that there is no ground truth.", [link("risk", params["risk"])])
    return not_met(
        "There is no ground truth, and the sponsor has not accepted this risk.", [link("risk", params["risk"])]
    )


@rule(kinds=Param("texts", one_of=tuple(KINDS)))
def no_alarm_of(facts: Facts, params: Params) -> Finding:
    """No alarm raised by rules of these kinds is open."""
    found = [alarm for alarm in facts["monitoring"]["alarms"] if alarm["kind"] in params["kinds"]]
    if found:
        said = listed(f"{alarm['signal']}: {alarm['because']}" for alarm in found)
        return not_met(f"Open: {said}", [link("alarm", alarm["id"]) for alarm in found])
    return met("There is no such alarm.", [BOARD])


@rule()
def baselines_fit(facts: Facts, params: Params) -> Finding:
    """Baselines belong to the version that is served."""
    served = facts["monitoring"]["served"]
    if not served:
        return met("Nothing is served yet.", [BOARD])
    old = [s for s in _active(facts) if s["baseline_version"] and s["baseline_version"] not in served]
    if old:
        said = listed(f"{s['name']} ({s['baseline_version']})" for s in old)
        return not_met(f"The baseline belongs to another version than {listed(served)}: {said}.", _links(old))
    return met("Every baseline belongs to what is served.", [BOARD])


def _active(facts: Facts) -> list[dict[str, Any]]:
    return [signal for signal in facts["monitoring"]["signals"] if signal["state"] == "active"]


def _links(signals: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [link("signal", signal["key"]) for signal in signals]


def _loops() -> dict[str, str]:
    return link("monitoring", "loops")


def _told(incident: dict[str, Any]) -> str:
    parts = [incident["severity"], "past its target" if incident["is_late"] else "", incident["loss"]]
    return f"incident {incident['number']} ({', '.join(filter(None, parts))})"
