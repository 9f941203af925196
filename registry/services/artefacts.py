"""Artefacts: registered with an owner, and kept up to date in what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crispmlq.errors import Conflict, Invalid
from projects import document_fields
from projects.models import Membership, Project
from projects.services import risks
from projects.services.doing import Doing, doing
from projects.services.projects import SLUG
from projects.services.telling import tell
from registry.addresses import artefact_page
from registry.kinds import KINDS, Kind
from registry.models import Artefact

if TYPE_CHECKING:
    from accounts.actors import Actor


@dataclass(frozen=True)
class Saying:
    """What is said of an artefact. `owner`: user name of a member, or nothing; `fields` as its kind has them."""

    name: str
    owner: str = ""
    description: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


def said_of(artefact: Artefact) -> Saying:
    """What is said of it now."""
    owner = artefact.owner.username if artefact.owner else ""
    return Saying(artefact.name, owner, artefact.description, artefact.fields)


def register(*, project: Project, kind: str, key: str, saying: Saying, by: Actor) -> Artefact:
    """Begin to keep versions of something.

    A data source that is replicated nowhere enters a risk into the register.

    Raises:
        Invalid: unknown kind, a key that is taken or odd, no owner where the kind needs one, fields that do not fit.
    """
    errors: dict[str, list[str]] = {}
    if kind not in KINDS:
        raise Invalid("Choose a kind.", errors={"kind": [f"One of {', '.join(KINDS)}."]})
    if not SLUG.fullmatch(key) or len(key) > 60:
        errors["key"] = ["Use up to 60 small letters and digits, with single hyphens between them."]
    with doing("artefact.registered", by=by, on=project, right="work", alone=True) as now:
        if Artefact.objects.filter(project=now.project, key=key).exists():
            errors["key"] = ["Another artefact has this key."]
        row = Artefact(project=now.project, kind=kind, key=key, registered_by_id=by.user.pk, registered_at=now.act.at)
        _say(row, saying, errors)
        row.save()
        now.act.subject = row
        _enter_risks(now, row)
        return row


def change(*, artefact: Artefact, saying: Saying, reason: str, by: Actor, expected: int | None = None) -> Artefact:
    """Say something else of it, such as another owner, who is told.

    Raises:
        Invalid: as `register`. Conflict: nothing changes. Stale.
    """
    with doing("artefact.changed", by=by, on=artefact, right="work", reason=reason, expected=expected) as now:
        row = now.row
        before = (row.name, row.owner_id, row.description, row.fields)
        _say(row, saying, {})
        if (row.name, row.owner_id, row.description, row.fields) == before:
            raise Conflict("Nothing was changed.")
        row.save(update_fields=["name", "owner", "description", "fields"])
        _enter_risks(now, row)
        if row.owner_id not in {before[1], by.user.pk}:
            tell(
                now.project, key=f"artefact.changed {now.act.uid}", users=[row.owner_id],
                text=f"You own “{row}” now.", url=artefact_page(now.project, row),
            )  # fmt: skip
        return row


def _say(row: Artefact, saying: Saying, errors: dict[str, list[str]]) -> None:
    """Put it onto the row, if it fits; `errors` were found before."""
    kind = KINDS[row.kind]
    errors = dict(errors)
    if not saying.name.strip() or len(saying.name.strip()) > 160:
        errors["name"] = ["Give it a name of up to 160 characters."]
    owner = _owner(row.project, saying.owner.strip(), kind, errors)
    row.fields = checked(kind.about, saying.fields, errors)
    row.name, row.owner, row.description = saying.name.strip(), owner, saying.description.strip()


def checked(form: Any, values: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    """The values in their stored form.

    Raises: Invalid: with `errors`, those of the values, and those of required fields that are empty.
    """
    stored: dict[str, Any] = {}
    try:
        stored = document_fields.cleaned(form, values)
        empty = document_fields.lacking(form, stored)
        errors = errors | {each.key: ["This is needed."] for each in empty}
    except Invalid as refusal:
        errors = errors | refusal.errors
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)
    return stored


def _owner(project: Project, username: str, kind: Kind, errors: dict[str, list[str]]) -> Any:
    if not username:
        if kind.needs_owner:
            errors["owner"] = ["Name the person in the project who answers for it."]
        return None
    members = Membership.objects.filter(project=project, user__username=username, user__is_active=True)
    member = members.exclude(roles=[]).select_related("user").first()
    if member is None or member.user.is_service:
        errors["owner"] = ["Choose a person who is a member of the project."]
        return None
    return member.user


def _enter_risks(now: Doing, row: Artefact) -> None:
    if row.fields.get("replication") == "none":
        risks.enter(
            now,
            risks.Entry(
                key=f"own-lost-{row.key}", phase=1, name=f"“{row.name}” may be lost", category="operational",
                what_goes_wrong="The source is replicated nowhere; what is lost is gone for ever.",
                severity="high", likelihood="possible",
            ),
        )  # fmt: skip
