"""Setting the policies of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import audit
from crispmlq.errors import Conflict, Invalid, NotAllowed, Stale
from policies import definitions, selectors
from policies.models import PolicySet

if TYPE_CHECKING:
    from accounts.actors import Actor


def change(*, values: definitions.Values, reason: str, by: Actor, expected: int | None = None) -> PolicySet:
    """A new version with `values` in place of those of the same keys; the others stay as they are.

    It holds for every project from now on. What was submitted or decided keeps the version it was judged by.

    Raises:
        NotAllowed: only an administrator, in person, sets policies.
        Invalid: no reason, an unknown policy, or a value that does not fit it. Conflict: nothing changes.
        Stale: `expected` is not the version in force.
    """
    if not by.is_administrator:
        raise NotAllowed("Policies of the organisation are set by an administrator of the site.")
    reason = (reason or "").strip()
    if not reason:
        raise Invalid("Say why the policies change.", errors={"reason": ["Say why the policies change."]})
    roles, checks = selectors.known_roles_and_checks()
    definitions.require_valid(values, set(roles), set(checks))
    row = PolicySet(reason=reason, set_by_id=by.user.pk)
    with audit.act("policies.changed", by=by.audit_by, subject=row, reason=reason) as act:
        last = PolicySet.objects.select_for_update().order_by("-number").first()
        number = last.number if last else 0
        if expected is not None and expected != number:
            raise Stale("Somebody changed the policies since you read them. Read them again.", current=number)
        now = definitions.defaults() | (last.values if last else {})
        if now | values == now:
            raise Conflict("Nothing was changed.")
        row.number, row.values, row.set_at = number + 1, now | values, act.at
        row.save()
        return row
