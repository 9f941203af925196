"""Rules of gates that read runs and test sets."""

from __future__ import annotations

from typing import Any

from projects.gates.document_rules import measures_frozen
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


@rule(kind=KIND)
def measures_frozen_before_runs(facts: Facts, params: Params) -> Finding:
    """The plan of measures was settled before the first value and before the first finished run of this turn."""
    finding = measures_frozen(facts, params)
    first = _known(facts)["first_result_at"]
    if finding.verdict != "met" or first is None:
        return finding
    plan = accepted(facts, params["kind"])
    if first < plan["first_settled_at"]:
        said = f"A run had ended ({first[:10]}) before the quality measures were settled."
        return not_met(said, [link("document", params["kind"]), link("runs", "")])
    return finding


@rule()
def baseline_compared(facts: Facts, params: Params) -> Finding:
    """There is a baseline run, and every candidate shares a metric with one."""
    known = _known(facts)
    if not known["baselines"]:
        return not_met("No finished run is marked as the baseline.", [link("runs", "")])
    measured = {metric for run in known["baselines"] for metric in run["metrics"]}
    alone = [run for run in _standing(known) if not measured & run["metrics"].keys()]
    if alone:
        said = listed(f"run {run['number']}" for run in alone)
        return not_met(f"Shares no metric with the baseline: {said}.", _links(alone))
    return met(f"{len(_standing(known))} candidates are compared with the baseline.", _links(known["baselines"]))


@rule(kind=KIND)
def candidates_judged(facts: Facts, params: Params) -> Finding:
    """Every run that brought a model is chosen or rejected, one is chosen, and each has a value of every measure of
    the plan `kind` that is not excluded."""
    known = _known(facts)
    if not known["candidates"]:
        return not_met("No finished run has brought a model yet.", [link("runs", "")])
    undecided = [run for run in known["candidates"] if run["verdict"] == "open"]
    if undecided:
        said = listed(f"run {run['number']}" for run in undecided)
        return not_met(f"Neither chosen nor rejected: {said}.", _links(undecided))
    chosen = [run for run in known["candidates"] if run["verdict"] == "chosen"]
    if not chosen:
        return not_met("No candidate is chosen.", [link("runs", "")])
    plan = accepted(facts, params["kind"])
    if plan is None:
        return missing(facts, params["kind"])
    wanted = [row["metric"] for row in plan["fields"].get("measures", []) if row.get("metric") and row.get("weight")]
    gaps = [(run, [metric for metric in wanted if metric not in run["metrics"]]) for run in chosen]
    lacking = [f"run {run['number']} ({listed(names)})" for run, names in gaps if names]
    if lacking:
        return not_met(f"Measures without a value: {listed(lacking)}.", _links([run for run, names in gaps if names]))
    return met(f"{len(chosen)} chosen of {len(known['candidates'])} candidates, each with a reason.", _links(chosen))


@rule(kind=KIND)
def weights_settled(facts: Facts, params: Params) -> Finding:
    """The weights of the measures were not changed after results were known."""
    plan, first = accepted(facts, params["kind"]), _known(facts)["first_result_at"]
    if plan is None:
        return missing(facts, params["kind"])
    was_renewed = plan["revision"] > 1 and plan["first_settled_at"] != plan["settled_at"]
    links = [link("document", params["kind"])]
    if first is not None and was_renewed and first < plan["settled_at"]:
        return not_met("The plan of measures was revised after results were known.", links)
    return met("The plan of measures is older than the results.", links)


@rule()
def test_sets_used_once(facts: Facts, params: Params) -> Finding:
    """No test set served twice; whoever looks often adapts to it."""
    known = _known(facts)
    often = [use for use in known["uses"] if use["times"] > 1]
    if often:
        said = listed(f"{use['test_set']} ({use['times']} times)" for use in often)
        return not_met(f"Used more than once: {said}.", [link("test_sets", "")])
    if not known["uses"]:
        return not_met("No evaluation on a test set is in the log.", [link("test_sets", "")])
    return met("Each test set was used once.", [link("test_sets", "")])


@rule()
def teams_apart(facts: Facts, params: Params) -> Finding:
    """Nobody collected both a test set and other data, as far as their versions say who did (section 3.4)."""
    datasets = [v for v in facts["registry"]["versions"] if v["kind"] == "dataset" and v["fields"].get("team")]
    of_tests = {name for v in datasets if v["fields"]["role"] == "test" for name in _names(v)}
    others = {name for v in datasets if v["fields"]["role"] != "test" for name in _names(v)}
    both = sorted(of_tests & others)
    if both:
        return not_met(f"Collected training data and test set: {listed(both)}.", [link("test_sets", "")])
    if not of_tests or not others:
        return unknown("The datasets do not say who collected them.", [link("test_sets", "")])
    return met("Different people collected training data and test set.")


def _names(version: dict[str, Any]) -> set[str]:
    return {name.strip() for name in version["fields"]["team"].split(",") if name.strip()}


def _known(facts: Facts) -> dict[str, Any]:
    return facts["experiments"]


def _standing(known: dict[str, Any]) -> list[dict[str, Any]]:
    return [run for run in known["candidates"] if run["verdict"] != "rejected"]


def _links(runs: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [link("run", str(run["number"])) for run in runs]
