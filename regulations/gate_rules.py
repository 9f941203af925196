"""Rules of gates that read classifications."""

from __future__ import annotations

from catalogue.rule_params import Param
from projects.gates.rules import Facts, Finding, Params, link, listed, met, not_met, rule, unknown

NAMES = ("classified", "classified_otherwise")


@rule(regulation=Param())
def classified(facts: Facts, params: Params) -> Finding:
    """The project is classified by the regulation, signed, and nothing says that it has to be made again."""
    key = params["regulation"]
    links, known = [link("classification", key)], facts["regulations"].get(key)
    if known is None:
        return unknown(f"No text of the regulation “{key}” is in force here.")
    if known["signed"] is None:
        begun = f" Classification {known['draft']} is a draft." if known["draft"] else ""
        return not_met(f"The project is not classified by the {known['name']}.{begun}", links)
    number, again = known["signed"]["number"], known["signed"]["again"]
    if again:
        return not_met(f"Classification {number} has to be made again. {' '.join(again)}", links)
    return met(f"Classification {number}: {listed(known['signed']['classes'])}.", links)


@rule(regulation=Param(), outcomes=Param("texts"))
def classified_otherwise(facts: Facts, params: Params) -> Finding:
    """The classification that holds gives none of these outcomes."""
    key = params["regulation"]
    known = facts["regulations"].get(key)
    found = known and known["signed"] and set(params["outcomes"]) & set(known["signed"]["outcomes"])
    if found:
        said = listed(known["signed"]["classes"])
        return not_met(
            f"By classification {known['signed']['number']}, this is: {said}.", [link("classification", key)]
        )
    return met("No classification says so.")
