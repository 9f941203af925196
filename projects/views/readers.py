"""From a form's texts to what a service takes. Each answers with the service's arguments, or refuses by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from audit.canon import decimal_of
from crispmlq.errors import Invalid
from projects.models import Hold
from projects.services import criteria, gates, measurements
from ui.numbers import whole

Given = Any  # the form's QueryDict
Reader = Callable[[Given], dict[str, Any]]


def require_text(given: Given) -> None:
    """Raises: Invalid: a value holds the zero character, which no column keeps."""
    found = {name: ["Remove the invisible zero character."] for name in given if "\0" in "".join(given.getlist(name))}
    if found:
        raise Invalid("A text holds a character that can not be stored.", errors=found)


def nothing(_: Given) -> dict[str, Any]:
    return {}


def texts(*names: str) -> Reader:
    return lambda given: {name: given.get(name, "") for name in names}


def version(given: Given, name: str = "version") -> int | None:
    """Of the row the form was made from; the last one given, since a button may go on from a newer one."""
    return whole(given.get(name, ""))


def chosen(*names: str) -> Reader:
    """The ticked `keys`, and texts."""
    return lambda given: {"keys": given.getlist("keys"), **texts(*names)(given)}


def with_date(name: str, *names: str) -> Reader:
    return lambda given: {**texts(*names)(given), name: date_of(given, name)}


def checklist(given: Given) -> dict[str, Any]:
    rows, ticked = whole(given.get("rows", ""), digits=3), set(given.getlist("done"))
    if rows is None:
        raise Invalid("Load the page again and repeat your change.", errors={"rows": ["Give how many rows there are."]})
    return {"done": [str(i) in ticked for i in range(rows)]}


def assignment(given: Given) -> dict[str, Any]:
    assignee = given.get("assignee", "")
    try:
        user_id = UUID(assignee) if assignee else None
    except ValueError:
        raise Invalid("Choose a member.", errors={"assignee": ["Choose a member of the project."]}) from None
    return {"user_id": user_id, "due_on": day_of(given, "due_on")}


def assignments(given: Given) -> dict[str, Any]:
    return {"keys": given.getlist("keys"), **assignment(given)}


def resolution(given: Given) -> dict[str, Any]:
    outcome = given.get("outcome", "")
    going_back = outcome in {"iterate", "backtrack"}
    found = gates.Resolution(
        outcome=outcome, reason=given.get("reason", ""),
        to_phase=whole(given.get("to_phase", "")) if going_back else None,
        tasks=given.getlist("tasks") if going_back else [], condition=given.get("condition", ""),
        code=given.get("code") or Hold.Code.OTHER, expected_on=day_of(given, "expected_on"),
    )  # fmt: skip
    return {"resolution": found}


def hold(given: Given) -> dict[str, Any]:
    code = given.get("code") or Hold.Code.OTHER
    return {**texts("reason", "condition")(given), "code": code, "expected_on": day_of(given, "expected_on")}


def validity(given: Given) -> dict[str, Any]:
    return {name: day_of(given, name) for name in ("valid_from", "valid_until")}


def since(given: Given) -> dict[str, Any]:
    return {"running_since": day_of(given, "running_since")}


def way_back(given: Given) -> dict[str, Any]:
    to_phase = whole(given.get("to_phase", "")) or 0
    return {"to_phase": to_phase, "task_keys": given.getlist("tasks"), **texts("origin", "reason")(given)}


def signature(given: Given) -> dict[str, Any]:
    return {**texts("role", "note")(given), "approves": given.get("approves") != "no"}


def method(given: Given) -> dict[str, Any]:
    return {**texts("name", "what_it_does", "task")(given), "mitigates": given.getlist("mitigates")}


def performance(given: Given) -> dict[str, Any]:
    return {"finding": given.get("finding", ""), "evidence_kinds": given.getlist("evidence_kinds")}


def demand(given: Given) -> dict[str, Any]:
    asked = criteria.Demand(
        metric=given.get("metric", ""), unit=given.get("unit", ""), direction=given.get("direction", ""),
        threshold=needed(given, "threshold"), upper=decimal_in(given, "upper"), floor=decimal_in(given, "floor"),
        baseline=decimal_in(given, "baseline"), method=given.get("method", ""),
        owner_name=given.get("owner_name", ""), justification=given.get("justification", ""),
        supports=given.get("supports") or None,
    )  # fmt: skip
    return {"demand": asked}


def key_or_made(key: str, name: str) -> str:
    """The key as typed, else one made from the name."""
    return key.strip() or slugify(name)[:60].strip("-")


def proposal(given: Given) -> dict[str, Any]:
    said = texts("key", "level", "name")(given)
    return {**said, "key": key_or_made(said["key"], said["name"]), **demand(given)}


def revision(given: Given) -> dict[str, Any]:
    return {"reason": given.get("reason", ""), "lesson": given.get("lesson") or None, **demand(given)}


def reading(given: Given) -> dict[str, Any]:
    found = measurements.Reading(
        value=needed(given, "value"), unit=given.get("unit", ""), environment=given.get("environment", ""),
        measured_at=moment_of(given, "measured_at"), lower=decimal_in(given, "lower"), upper=decimal_in(given, "upper"),
        subject_version=given.get("subject_version", "").strip(),
        dataset=given.get("dataset", "").strip(), note=given.get("note", "").strip(),
    )  # fmt: skip
    return {"reading": found}


def roles(given: Given) -> dict[str, Any]:
    user = User.objects.filter(username=given.get("username", "").strip()).first()
    if user is None:
        raise Invalid("There is no such account.", errors={"username": ["There is no such account."]})
    return {"user": user, **member_roles(given)}


def member_roles(given: Given) -> dict[str, Any]:
    return {"roles": given.getlist("roles")}


def day_of(given: Given, name: str) -> date | None:
    return date_of(given, name) if given.get(name) else None


def date_of(given: Given, name: str) -> date:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        raise Invalid("Choose a date.", errors={name: ["Choose a date."]}) from None


def moment_of(given: Given, name: str) -> datetime:
    """A time in UTC; now, if none is given."""
    text = given.get(name, "").strip()
    if not text:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Give a date and a time.", errors={name: ["Give a date and a time, in UTC."]}) from None


def decimal_in(given: Given, name: str) -> Decimal | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return decimal_of(text)
    except ValueError:
        raise Invalid("Give a number.", errors={name: ["Give a number, with a point for decimals."]}) from None


def whole_in(given: Given, name: str, digits: int = 9) -> int | None:
    """Raises: Invalid: something else is given than a whole number of so many digits."""
    text = given.get(name, "").strip()
    number = whole(text, digits)
    if text and number is None:
        raise Invalid("Give a whole number.", errors={name: ["Give a whole number."]})
    return number


def needed(given: Given, name: str) -> Decimal:
    found = decimal_in(given, name)
    if found is None:
        raise Invalid("Give a number.", errors={name: ["This is needed."]})
    return found
