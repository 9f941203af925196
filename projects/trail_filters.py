"""What one may ask of a history, in the words of the address: read, offered as choices, and shown as chips."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils.timezone import make_aware

from accounts.models import ServiceToken, User
from audit import SYSTEM, SYSTEM_LOG, acts, telling
from audit.governed import GovernedModel
from audit.history import Wanted
from audit.trail import Actor, Change
from projects.models import Membership, Phase, Project

if TYPE_CHECKING:
    from django.db.models import Model

# Nouns of acts that happen in no project; the others happen in no system log, but for those that happen anywhere.
SITE_NOUNS = {"user", "token", "catalogue"}
ANYWHERE = {"act", "audit", "log", "trail"}
GREATEST_ID = 2**63 - 1
NAMES = ("person", "act", "object_type", "object", "phase", "since", "until")
LABELS = {"person": "Person", "act": "Act", "object_type": "Kind", "object": "Of", "phase": "Phase",
          "since": "Since", "until": "Until"}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    without: str  # the address's query when it is taken away


@dataclass(frozen=True)
class Group:
    label: str
    choices: list[tuple[str, str]]


@dataclass
class Filters:
    """The understood conditions as they were given, what they mean, and a sentence for each that was not understood."""

    given: dict[str, str] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=Wanted)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def query(self, **other: object) -> str:
        """The address's query with `other` put in; None takes away."""
        parts = {**self.given, **{name: str(value) for name, value in other.items() if value is not None}}
        return urlencode({name: value for name, value in parts.items() if name not in other or other[name] is not None})


def read(asked: Mapping[str, str], project: Project | None) -> Filters:
    """The conditions of an address for a project's history, or the site's; what makes no sense is not used but told."""
    found, meant = Filters(), {}
    for name, (parse, sentence) in _PARSERS.items():
        text = asked.get(name, "").strip()
        if not text or (name == "phase" and project is None):
            continue
        value = parse(text)
        if value is None:
            found.errors[name] = [sentence]
            continue
        if name in NAMES:
            found.given[name] = text
        meant[name] = value
    if "phase" in meant:
        meant["among"] = rows_of_phase(project, meant.pop("phase"))
    renamed = {"object": "obj", "object_type": "obj_type"}
    found.wanted = Wanted(**{renamed.get(name, name): value for name, value in meant.items()})
    return found


def chips(filters: Filters, project: Project | None) -> list[Chip]:
    """One for each condition, in words; at most four queries."""
    return [Chip(LABELS[name], _said(name, text, project), filters.query(**{name: None}))
            for name, text in filters.given.items()]  # fmt: skip


def people(project: Project | None) -> list[Group]:
    """Who may have acted: everybody who is or was a member, the project's tokens, the system; two queries."""
    if project is None:
        users = User.objects.order_by("display_name")
        tokens = ServiceToken.objects.select_related("user")
    else:
        members = Membership.objects.filter(project=project).values("user")
        users = User.objects.filter(pk__in=members).order_by("display_name")
        tokens = ServiceToken.objects.filter(project_id=project.pk).select_related("user")
    machines = [(str(token.pk), f"{token.user} ({token})") for token in tokens]
    groups = [Group("People and machines", [(str(user.pk), str(user)) for user in users]), Group("Tokens", machines)]
    return [group for group in [*groups, Group("Others", [(str(SYSTEM.ref), "The system")])] if group.choices]


def act_groups(project: Project | None) -> list[Group]:
    """Acts that may have happened, by noun, each with its sentence."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, sentence in sorted(acts.registered().items()):
        noun = name.partition(".")[0]
        if noun in ANYWHERE or (noun in SITE_NOUNS) == (project is None):
            groups.setdefault(noun, []).append((name, act_label(sentence)))
    return [Group(telling.label(noun), choices) for noun, choices in groups.items()]


def act_label(sentence: str) -> str:
    """The sentence of an act without what differs from event to event."""
    short = re.sub(r":? \{reason\}|\s*“?\{subject\}”?", "", sentence)
    return telling.label(re.sub(r"\s+(of|at|in|of the|several)$", "", short.strip()))


def kinds(project: Project | None) -> list[tuple[str, str]]:
    """Kinds of rows whose changes the log tells, by name."""
    found = [m for m in apps.get_models() if issubclass(m, GovernedModel) and _is_of_site(m) == (project is None)]
    return sorted(
        ((m._meta.label_lower, telling.kind_name(m._meta.label_lower)) for m in found), key=lambda kind: kind[1]
    )


def rows_of_phase(project: Project, number: int) -> QuerySet:
    """Ids of every row that belongs to the phase by a chain of relations."""
    ways = {model: _way_to_phase(model) for model in apps.get_models()}
    first, *others = (
        model._base_manager.filter(**{f"{way}project": project, f"{way}number": number}).order_by().values("pk")
        for model, way in ways.items()
        if way is not None
    )
    return first.union(*others)


def object_name(log_id: UUID, key: UUID) -> str:
    """Kind and name of a row the log tells of; two queries. Empty if it tells of none."""
    kind = Change.objects.filter(obj_id=key, event__log_id=log_id).values_list("obj_type", flat=True).first()
    if kind is None:
        return ""
    name = telling.names([(kind, key)]).get((kind, key), str(key)[:8])
    return f"{telling.kind_name(kind)} “{name}”"


def _way_to_phase(model: type[Model], depth: int = 3) -> str | None:
    """The shortest lookup from a kind of row to its phase, such as `gate__phase__`; empty for the phase itself."""
    if model is Phase:
        return ""
    if depth == 0:
        return None
    relations = [f for f in model._meta.concrete_fields if f.is_relation and f.related_model is not model]
    ways = [(f.name, _way_to_phase(f.related_model, depth - 1)) for f in relations]
    found = [f"{name}__{way}" for name, way in ways if way is not None]
    return min(found, key=lambda way: way.count("__"), default=None)


def _is_of_site(model: type[GovernedModel]) -> bool:
    return not model.audit_log_field


def _said(name: str, text: str, project: Project | None) -> str:
    match name:
        case "person":
            actor = Actor.objects.filter(ref=UUID(text)).first()
            return (actor and actor.display) or str(User.objects.filter(pk=UUID(text)).first() or "somebody unknown")
        case "act":
            return act_label(acts.registered()[text])
        case "object_type":
            return telling.kind_name(text)
        case "object":
            return object_name(project.pk if project else SYSTEM_LOG, UUID(text)) or "a row that is not here"
    return text


def row_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str, whole_day: bool) -> datetime | None:
    """A day, or a time with its zone; of an end that is a day, the first moment after it."""
    day = _day(text)
    try:
        at = datetime.fromisoformat(text) if day is None else make_aware(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None or not 1970 <= at.year < 9000:
        return None
    return at + timedelta(days=1) if day is not None and whole_day else at


def _kind(text: str) -> str | None:
    known = {m._meta.label_lower for m in apps.get_models() if issubclass(m, GovernedModel)}
    return text if text in known else None


def _id(text: str) -> int | None:
    return min(int(text), GREATEST_ID) if re.fullmatch("[0-9]{1,40}", text) else None


_PARSERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "person": (row_id, "Give the id of an account or a token."),
    "act": (lambda text: text if text in acts.registered() else None, "There is no such act."),
    "object_type": (_kind, "There is no such kind of row."),
    "object": (row_id, "Give the id of a row."),
    "phase": (lambda text: int(text) if text in set("123456") else None, "A project has the phases 1 to 6."),
    "since": (lambda text: _moment(text, whole_day=False), "Give a day, or a time with its zone."),
    "until": (lambda text: _moment(text, whole_day=True), "Give a day, or a time with its zone."),
    "before": (_id, "Give the id of an event."),
    "after": (_id, "Give the id of an event."),
}
