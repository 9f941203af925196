"""Verdicts on frozen facts. Pure: no database, no clock, no settings, so a decision can be replayed years later.

`facts` is the snapshot made by `projects.gates.facts.collect` (JSON only). A rule is a function `(facts, params)`
that answers with a `Finding`; it is known by its name, which the catalogue's checks refer to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from catalogue.rule_params import Declared, Param
from projects.gates import policy

# Raised whenever a rule judges the same facts differently than before.
RULES_VERSION = "1"

MET, NOT_MET, UNKNOWN, WAIVED = "met", "not_met", "unknown", "waived"

Facts = dict[str, Any]
Params = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What a rule saw. `links` are rows {"type", "key"} of what to look at or mend."""

    verdict: str
    because: str
    links: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """A check with its finding, as stored and shown."""

    check: str
    text: str
    blocking: bool
    waivable: bool
    when: str
    rule: str
    verdict: str
    because: str
    links: list[dict[str, str]]
    mend_roles: list[str]

    @property
    def blocks(self) -> bool:
        return self.blocking and self.verdict not in {MET, WAIVED}


Rule = Callable[[Facts, Params], Finding]
RULES: dict[str, Rule] = {}
PARAMS: dict[str, Declared] = {}

# What several rules take.
KIND = Param(names="kind")
FIELD = Param(names="field", of="kind")
TABLE = Param(names="field", of="kind", types=("table",))
COLUMN = Param(names="column", of="table")


def condition(of: str, is_required: bool = True) -> dict[str, Param]:
    """How a value is judged: exactly one of the three, or none. `of` names the field or column that holds it."""
    return {
        "equals": Param(names="option", of=of, choice="condition", is_required=is_required),
        "one_of": Param("texts", names="option", of=of, choice="condition", is_required=is_required),
        "not_empty": Param("true", choice="condition", is_required=is_required),
    }


def rule(**params: Param) -> Callable[[Rule], Rule]:
    """Register a rule under its function's name with the parameters it takes; the catalogue's loader holds checks
    against them. Higher apps register theirs the same way."""

    def register(function: Rule) -> Rule:
        RULES[function.__name__], PARAMS[function.__name__] = function, params
        return function

    return register


def evaluate(checks: Iterable[Any], facts: Facts) -> list[Verdict]:
    """The verdict of each check, in the given order.

    `checks` are the catalogue's `Check`s; the policies in the facts may make them stricter.
    A waiver in the facts that has not expired turns a verdict that is not met
    into "waived", for checks that may be waived; it never hides what the rule found.
    """
    return [_judge(check, facts) for check in checks]


def _judge(check: Any, facts: Facts) -> Verdict:
    finding = _find(check, facts)
    verdict, because = finding.verdict, finding.because
    policies, waiver = facts["policy"]["values"], facts["waivers"].get(check.key)
    blocking, waivable = policy.is_blocking(check, policies), policy.is_waivable(check, policies)
    if verdict != MET and waivable and waiver and waiver["expires_on"] >= facts["today"]:
        verdict = WAIVED
        because = f"Waived until {waiver['expires_on']}: {waiver['reason']} ({finding.because})"
    return Verdict(
        check=check.key, text=check.text, blocking=blocking, waivable=waivable, when=check.when,
        rule=check.rule, verdict=verdict, because=because, links=finding.links, mend_roles=list(check.mend_roles),
    )  # fmt: skip


def _find(check: Any, facts: Facts) -> Finding:
    """What the check's rules see together: met when each of them is, else the worst of them with every shortcoming."""
    asked = check.applies_when
    if asked and (answer := facts["project"]["answers"].get(asked["question"])) not in asked["answers"]:
        return met(f"It is not asked of this project: {asked['question'].replace('-', ' ')} was answered “{answer}”.")
    found = [RULES[check.rule](facts, dict(check.params))]
    found += [RULES[further["rule"]](facts, dict(further["params"])) for further in check.also]
    worst = min(found, key=lambda finding: [NOT_MET, UNKNOWN, MET].index(finding.verdict))
    said = [finding for finding in found if worst.verdict == MET or finding.verdict != MET]
    links = [link for finding in said for link in finding.links]
    unique = [link for i, link in enumerate(links) if link not in links[:i]]
    return Finding(worst.verdict, " ".join(dict.fromkeys(finding.because for finding in said)), unique)


def as_rows(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    return [asdict(verdict) for verdict in verdicts]


def blockers(verdicts: Iterable[Verdict], when: str) -> list[Verdict]:
    """Those that stop a submission (`when="submission"`), or a decision to pass (every one)."""
    return [v for v in verdicts if v.blocks and (when == "decision" or v.when == "submission")]


# What the rules share.


def met(because: str, links: list[dict[str, str]] | None = None) -> Finding:
    return Finding(MET, because, links or [])


def not_met(because: str, links: list[dict[str, str]] | None = None) -> Finding:
    return Finding(NOT_MET, because, links or [])


def unknown(because: str, links: list[dict[str, str]] | None = None) -> Finding:
    return Finding(UNKNOWN, because, links or [])


def is_borne(risk: dict[str, Any], facts: Facts) -> bool:
    """Whether a signed acceptance of the risk holds today."""
    return risk["state"] == "accepted" and risk["accepted_until"] >= facts["today"]


def link(kind: str, key: str) -> dict[str, str]:
    return {"type": kind, "key": key}


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names for a sentence; beyond `most` only their number."""
    names = list(names)
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def accepted(facts: Facts, kind: str) -> dict[str, Any] | None:
    """The accepted revision of a document that holds in this iteration and today, or None."""
    document = facts["documents"].get(kind)
    if document is None or document["state"] != "accepted" or not document["is_current"]:
        return None
    return document if is_valid(document, facts["today"]) else None


def is_valid(document: dict[str, Any], today: str) -> bool:
    """Whether the day lies between the first and the last one the document counts on."""
    return (document["valid_from"] or today) <= today <= (document["valid_until"] or today)


def missing(facts: Facts, kind: str) -> Finding:
    """The finding for a document that is not there, in words that say how far it is."""
    document = facts["documents"].get(kind)
    title = facts["kind_names"].get(kind, kind)
    if document is None:
        because = f"“{title}” has not been written yet."
    elif not is_valid(document, facts["today"]):
        span = f"{document['valid_from'] or '…'} to {document['valid_until'] or '…'}"
        because = f"“{title}” counts from {span}, not today; it has to be renewed."
    elif document["state"] == "accepted":
        because = f"“{title}” was accepted in an earlier iteration and must be confirmed again."
    else:
        because = f"“{title}” is {document['state']}, not accepted."
    return unknown(because, [link("document", kind)])


def rows_of(facts: Facts, kind: str, table: str) -> list[dict[str, Any]]:
    """Rows of a table of an accepted document."""
    return accepted(facts, kind)["fields"].get(table) or []


def satisfies(value: Any, params: Params) -> bool:
    if "equals" in params:
        return value == params["equals"]
    if "one_of" in params:
        return value in params["one_of"]
    return value not in (None, "", [])


def wanted(params: Params) -> str:
    if "equals" in params:
        return shown(params["equals"])
    if "one_of" in params:
        return " or ".join(shown(value) for value in params["one_of"])
    return "an entry"


def shown(value: Any) -> str:
    if value in (None, "", []):
        return "empty"
    if isinstance(value, list):
        return f"{len(value)} entries"
    return f"“{str(value).replace('-', ' ') if len(str(value)) < 60 else str(value)[:57] + '…'}”"


def row_name(row: dict[str, Any]) -> str:
    """The longest text of a row names it best; the order of its columns is not part of the facts."""
    texts = sorted(str(value) for value in row.values() if not isinstance(value, list))
    return max(texts, key=len, default="row")[:60]


def field_name(facts: Facts, kind: str, key: str) -> str:
    return f"{facts['kind_names'].get(kind, kind)}, {key.replace('-', ' ')}"
