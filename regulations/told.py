"""A classification as plain data, for the command and the API alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from regulations import classifying
from regulations.definitions import Pack


def evaluation(
    pack: Pack, given: Mapping[str, Any], roles: Iterable[str] | None = None, shifts: Iterable[str] = ()
) -> dict[str, Any]:
    """Outcomes, deciding rules and obligations for these facts; nothing is stored.

    Facts that are not listed are false, null is unknown. `obligations`: ids for the roles, or for everybody's without.

    Raises: Invalid: facts that can not be read, roles the pack does not know.
    """
    facts = classifying.read_facts(pack, given)
    roles = None if roles is None else list(roles)
    classifying.require_roles(pack, roles or [], shifts)
    result = classifying.classify(pack, facts)
    selected = classifying.select(pack, facts, result, roles, shifts)
    return {
        "regulation": pack.key,
        "version": pack.version,
        "text_line": pack.text_line,
        "roles": roles or [],
        "outcomes": list(result.outcomes),
        "given_so_far": list(result.given),
        "decided_by": list(result.decided_by),
        "open_facts": list(dict.fromkeys([*result.open_facts, *selected.open_facts])),
        "contradictions": [each.says for each in result.contradictions],
        "obligations": [due.obligation.id for due in selected.due],
        "due": {due.obligation.id: due.due_on for due in selected.due},
        "lifted": {obligation.id: transition for obligation, transition in selected.lifted},
        "open_obligations": [obligation.id for obligation, _ in selected.open],
    }
