"""Rules of gates that read classifications."""

from __future__ import annotations

from catalogue.rule_params import Param
from projects.gates.rules import Facts, Finding, Params, link, listed, met, not_met, rule, unknown

NAMED = 5  # so many obligations are named in a sentence
NAMES = ("classified", "classified_otherwise", "covered")


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


@rule(regulation=Param(), group=Param(is_required=False), statuses=Param("texts"))
def covered(facts: Facts, params: Params) -> Finding:
    """Of the obligations that apply, of one group or of all, none stands in one of these ways."""
    key, group = params["regulation"], params.get("group")
    known = facts["regulations"].get(key, {}).get("standings")
    if known is None:
        return unknown(f"How the project stands to the regulation “{key}” is not known: it is not classified.")
    wanted = [row for row in known if group in (None, row["group"])]
    left = [row for row in wanted if row["status"] in params["statuses"]]
    if left:
        named = listed([row["ref"] for row in left[:NAMED]])
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        return not_met(f"{len(left)} of {len(wanted)} obligations are left: {named}{more}.", [link("coverage", key)])
    return met(f"{len(wanted)} obligations that apply stand as they should.", [link("coverage", key)])
