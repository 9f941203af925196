"""Rules of gates that read releases and the serving log."""

from __future__ import annotations

from catalogue.rule_params import Param
from projects.gates.rules import (
    FIELD,
    KIND,
    Facts,
    Finding,
    Params,
    accepted,
    link,
    met,
    missing,
    not_met,
    rule,
    unknown,
)


@rule(kind=KIND, field=FIELD)
def release_planned(facts: Facts, params: Params) -> Finding:
    """A release of the version that the document names is planned, with its steps and their stop conditions.

    A proof of concept is never released, whatever this check says.
    """
    if facts["project"]["kind"] == "proof_of_concept":
        return met("A proof of concept plans no release.")
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    version, links = document["fields"].get(params["field"]), [link("releases", "")]
    of_version = [each for each in facts["releases"]["releases"] if each["model"] == version]
    planned = [each for each in of_version if each["state"] != "stopped"]
    if not planned:
        return not_met(f"No release of {version or 'a version'} is planned.", links)
    steps = ", ".join(f"{share} %" for share in planned[0]["steps"])
    return met(f"Release {planned[0]['number']} reaches {steps}.", links)


@rule()
def served_versions_passed(facts: Facts, params: Params) -> Finding:
    """Something is served, and gate 4 was passed with every model version that is."""
    known = facts["releases"]
    links = [link("releases", "")]
    if not known["served"]:
        return unknown("Nothing is served yet.", links)
    strangers = [each["model"] for each in known["served"] if each["model"] and each["model"] not in known["passed"]]
    if strangers:
        return not_met(f"Served without a passed evaluation: {', '.join(strangers)}.", links)
    said = ", ".join(f"{each['what']} as {each['deployment']}" for each in known["served"])
    return met(f"Served: {said}.", links)


@rule(
    kind=KIND,
    option=Param(names="field", of="kind", types=("choice",), is_filled=True),
    target=Param(names="field", of="kind"),
)
def fallback_possible(facts: Facts, params: Params) -> Finding:
    """The plan's option can be taken: an earlier version has to exist and to have passed gate 4; a first release has
    none, so that it falls back to a baseline or to rules (CRISP-ML(Q), section 3.5)."""
    plan = accepted(facts, params["kind"])
    if plan is None:
        return missing(facts, params["kind"])
    option, target = plan["fields"].get(params["option"]), plan["fields"].get(params["target"])
    links = [link("document", params["kind"])]
    if option != "previous-version":
        return met(f"Falls back to {str(option).replace('-', ' ')}.", links)
    if target not in facts["releases"]["passed"]:
        return not_met(f"{target or 'The version it falls back to'} never passed gate 4.", links)
    return met(f"Falls back to {target}.", links)
