"""Rules that read criteria, tasks, requirements, risks and signatures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalogue.rule_params import Param
from projects import bounds
from projects.gates.rules import (
    KIND,
    Facts,
    Finding,
    Params,
    accepted,
    is_borne,
    link,
    listed,
    met,
    missing,
    not_met,
    rule,
    unknown,
)

LEVELS = {"business": "business", "ml": "machine learning", "economic": "economic"}
# Environment -> the phase in which its values are judged.
PHASE_OF = {"validation": 3, "test": 4, "production-like": 5, "operation": 6, "forecast": 1}
ENVIRONMENTS = tuple(PHASE_OF)
SOME_LEVELS = Param("texts", one_of=tuple(LEVELS))
SOME_ENVIRONMENTS = Param("texts", one_of=ENVIRONMENTS)


@rule(levels=SOME_LEVELS)
def criteria_levels(facts: Facts, params: Params) -> Finding:
    present = {criterion["level"] for criterion in _approved(facts)}
    lacking = [level for level in params["levels"] if level not in present]
    if lacking:
        return not_met(f"No approved criterion yet: {listed(LEVELS[level] for level in lacking)}.", [_criteria()])
    return met("Each level has an approved criterion.", [_criteria()])


@rule()
def criteria_complete(facts: Facts, params: Params) -> Finding:
    """Nothing is left as a draft; metric, direction and threshold are part of every version by construction."""
    if not facts["criteria"]:
        return unknown("There is no criterion yet.", [_criteria()])
    drafts = [c for c in facts["criteria"] if c["has_draft"]]
    if drafts:
        return not_met(f"Still a draft: {listed(c['name'] for c in drafts)}.", _links(drafts))
    return met(f"All {len(facts['criteria'])} criteria have metric, direction and threshold.", [_criteria()])


@rule(kind=KIND, field=Param(names="field", of="kind", types=("yes_no",), is_filled=True))
def criteria_aligned(facts: Facts, params: Params) -> Finding:
    """Each ML and economic criterion serves a business criterion, and the alignment review found no conflict."""
    loose = [c for c in _approved(facts) if c["level"] != "business" and not c["supports"]]
    if loose:
        return not_met(f"Serves no business criterion: {listed(c['name'] for c in loose)}.", _links(loose))
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    if document["fields"].get(params["field"]) != "no":
        return not_met("The alignment review names an open conflict.", [link("document", params["kind"])])
    return met("Reviewed, no open conflict.", [link("document", params["kind"])])


@rule(levels=SOME_LEVELS, environments=SOME_ENVIRONMENTS, bound=Param(one_of=("floor",), is_required=False))
def criteria_met(facts: Facts, params: Params) -> Finding:
    """The latest value of each criterion in one of `environments` reaches the threshold, or with `bound` the floor."""
    criteria = [c for c in _approved(facts) if c["level"] in params["levels"]]
    suffices = holds_floor if params.get("bound") == "floor" else reaches
    if not criteria:
        return unknown("There is no approved criterion of this level.", [_criteria()])
    open_ones, missed = [], []
    for criterion in criteria:
        value = latest(criterion, params["environments"])
        if value is None:
            open_ones.append(criterion)
        elif not suffices(criterion, Decimal(value["value"])):
            missed.append(criterion)
    if missed:
        said = [f"{c['name']} ({latest(c, params['environments'])['value']}, {target(c)})" for c in missed]
        return not_met(f"Missed: {listed(said)}.", _links(missed))
    if open_ones:
        where = " or ".join(params["environments"])
        return unknown(f"Not measured in {where} yet: {listed(c['name'] for c in open_ones)}.", _links(open_ones))
    return met(f"All {len(criteria)} criteria are met.", _links(criteria))


@rule(levels=SOME_LEVELS, environments=SOME_ENVIRONMENTS)
def criteria_measured(facts: Facts, params: Params) -> Finding:
    """A value exists for each criterion; whether it is good is not asked here."""
    criteria = [c for c in _approved(facts) if c["level"] in params["levels"]]
    lacking = [c for c in criteria if latest(c, params["environments"]) is None]
    if lacking or not criteria:
        names = listed(c["name"] for c in lacking) or "no criterion of this level"
        return unknown(f"Not measured yet: {names}.", _links(lacking) or [_criteria()])
    return met(f"All {len(criteria)} criteria have a value.", _links(criteria))


@rule()
def criteria_watched(facts: Facts, params: Params) -> Finding:
    """Each criterion that is at risk or missed has a measure linked to it: a task or a QA method.

    Source: Studer et al. 2021, section 3.1.2: deviation from the criteria indicates a risk.
    """
    statuses = {c["key"]: status_of(c, facts["phase"]) for c in _approved(facts)}
    off = [c for c in _approved(facts) if statuses[c["key"]] != bounds.ON_TRACK]
    loose = [c for c in off if not c["measures"]]
    if loose:
        said = [f"{c['name']} ({bounds.STATUSES[statuses[c['key']]].lower()})" for c in loose]
        return not_met(f"Without a measure: {listed(said)}.", _links(loose))
    return met(f"{len(statuses) - len(off)} of {len(statuses)} criteria are on track; the others have a measure.")


@rule(only=Param(one_of=("all", "conditional"), is_required=False))
def tasks_finished(facts: Facts, params: Params) -> Finding:
    """Tasks of this phase are done or do not apply; `only` "conditional" asks for these alone."""
    tasks = [t for t in facts["tasks"] if t["phase"] == facts["phase"]]
    if params.get("only") == "conditional":
        tasks = [t for t in tasks if not t["is_required"]]
    unfinished = [t for t in tasks if t["state"] not in {"done", "not_applicable"}]
    if unfinished:
        said = listed(t["name"] for t in unfinished)
        return not_met(f"{len(unfinished)} of {len(tasks)} open: {said}.", [link("task", t["key"]) for t in unfinished])
    return met(f"All {len(tasks)} tasks are done or do not apply.")


@rule()
def requirements_confirmed(facts: Facts, params: Params) -> Finding:
    unconfirmed = [r for r in facts["requirements"] if r["state"] != "confirmed"]
    if unconfirmed:
        return not_met(
            f"{len(unconfirmed)} of {len(facts['requirements'])} are not confirmed.",
            [link("requirement", r["key"]) for r in unconfirmed],
        )
    return met(f"All {len(facts['requirements'])} are confirmed.")


@rule()
def risks_treated(facts: Facts, params: Params) -> Finding:
    """Up to this phase every risk of a task that applies is rated, and none stands above its limit.

    Source: Studer et al. 2021, section 3 and figure 2; limits from the catalogue's rating.
    """
    risks = [risk for risk in facts["risks"] if risk["phase"] <= facts["phase"] and risk["applies"]]
    unrated = [risk for risk in risks if risk["state"] in {"identified", "treated"}]
    if unrated:
        said = listed(risk["name"] for risk in unrated)
        return unknown(f"{len(unrated)} of {len(risks)} wait for a rating: {said}.", _risk_links(unrated))
    standing = [risk for risk in risks if _is_above_limit(risk, facts["policy"]["values"]["risk_limit"])]
    expired = [risk for risk in risks if risk["state"] == "accepted" and not is_borne(risk, facts)]
    if standing or expired:
        said = listed([f"{r['name']} ({r['rating']})" for r in standing] + [f"{r['name']} (expired)" for r in expired])
        return not_met(f"Above the limit without treatment or signature: {said}.", _risk_links(standing + expired))
    return met(f"All {len(risks)} risks are rated; none stands above the limit.")


@rule(kind=KIND, than=KIND)
def written_by_others(facts: Facts, params: Params) -> Finding:
    """Nobody wrote in both documents."""
    first, second = (accepted(facts, params[name]) for name in ("kind", "than"))
    for name, document in (("kind", first), ("than", second)):
        if document is None:
            return missing(facts, params[name])
    links = [link("document", params["kind"]), link("document", params["than"])]
    if set(first["authors"]) & set(second["authors"]):
        return not_met("The same person wrote in both; another one has to do it.", links)
    return met("Written by other people.", links)


@rule(roles=Param("texts", names="role"))
def signed_by(facts: Facts, params: Params) -> Finding:
    """Each role of `roles` approved this submission; different people, which the signatures themselves ensure."""
    signed = {s["role"] for s in facts["signatures"] if s["verdict"] == "approve"}
    lacking = [role for role in params["roles"] if role not in signed]
    if lacking:
        return unknown(f"Signature missing: {listed(facts['role_names'].get(r, r) for r in lacking)}.")
    return met(f"Signed by {listed(facts['role_names'].get(r, r) for r in params['roles'])}.")


@rule(
    gate=Param(names="gate"),
    kind_a=KIND,
    field_a=Param(names="field", of="kind_a", is_filled=True),
    kind_b=KIND,
    field_b=Param(names="field", of="kind_b", is_filled=True),
)
def gate_decision_matches(facts: Facts, params: Params) -> Finding:
    """The named gate was passed, for the very version that `kind_a` and `kind_b` name."""
    decision = facts["decisions"].get(params["gate"])
    if decision is None or decision["outcome"] != "pass":
        return not_met("That gate has not been passed.", [link("gate", params["gate"])])
    a, b = accepted(facts, params["kind_a"]), accepted(facts, params["kind_b"])
    if a is None or b is None:
        return missing(facts, params["kind_a"] if a is None else params["kind_b"])
    left, right = a["fields"].get(params["field_a"]), b["fields"].get(params["field_b"])
    links = [link("document", params["kind_a"]), link("document", params["kind_b"])]
    if left == right and left:
        return met(f"Both name {left}.", links)
    return not_met(f"The decision names {left or 'nothing'}, the release {right or 'nothing'}.", links)


def _is_above_limit(risk: dict[str, Any], limit: int | None) -> bool:
    """Rated above the limit of the process, or closed before the organisation set a lower one."""
    if risk["state"] == "closed":
        return limit is not None and risk["rating"] > limit
    return risk["state"] == "rated" and not risk["is_tolerable"]


def latest(criterion: dict[str, Any], environments: list[str]) -> dict[str, Any] | None:
    """The newest measurement in one of the environments; measurements are in order of time."""
    found = [m for m in criterion["measurements"] if m["environment"] in environments]
    return found[-1] if found else None


def reaches(criterion: dict[str, Any], value: Decimal) -> bool:
    """Whether a value satisfies direction and threshold."""
    return bounds.reaches(
        value, criterion["direction"], Decimal(criterion["threshold"]), _number(criterion["upper"])
    )  # fmt: skip


def holds_floor(criterion: dict[str, Any], value: Decimal) -> bool:
    """Whether a value is at least bearable."""
    threshold, upper, floor = (_number(criterion[name]) for name in ("threshold", "upper", "floor"))
    return bounds.holds_floor(value, criterion["direction"], threshold, upper, floor)


def status_of(criterion: dict[str, Any], phase: int) -> str:
    """How an approved criterion stands at the gate of a phase: by the value of the furthest environment up to there."""
    known = [m for m in criterion["measurements"] if PHASE_OF[m["environment"]] <= phase]
    newest = max(known, key=lambda m: (PHASE_OF[m["environment"]], m["measured_at"]), default=None)
    threshold, upper, floor = (_number(criterion[name]) for name in ("threshold", "upper", "floor"))
    return bounds.status(
        Decimal(newest["value"]) if newest and PHASE_OF[newest["environment"]] > 1 else None,
        criterion["direction"], threshold, upper, floor, is_due=phase >= bounds.DUE_IN[criterion["level"]],
    )  # fmt: skip


def target(criterion: dict[str, Any]) -> str:
    unit = "" if criterion["unit"] == "1" else f" {criterion['unit']}"
    words = {"at_least": "needs at least", "at_most": "needs at most", "between": "needs"}[criterion["direction"]]
    bound = f"{criterion['threshold']} to {criterion['upper']}" if criterion["direction"] == "between" else ""
    return f"{words} {bound or criterion['threshold']}{unit}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _approved(facts: Facts) -> list[dict[str, Any]]:
    return [c for c in facts["criteria"] if c["version"] is not None]


def _criteria() -> dict[str, str]:
    return link("criteria", "")


def _links(criteria: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [link("criterion", c["key"]) for c in criteria]


def _risk_links(risks: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [link("risk", r["key"]) for r in risks]
