"""Success criteria: proposed, approved by another person and frozen with that; every change is a new version."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from audit.canon import rounded
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects import access
from projects.models import Criterion, CriterionVersion, Project, Revision
from projects.services.doing import doing, require_known, required_text
from projects.services.projects import SLUG
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


@dataclass(frozen=True)
class Demand:
    """What a version demands. Numbers are in `unit`; `floor` is the worst value that can be lived with."""

    metric: str
    unit: str
    direction: str
    threshold: Decimal
    method: str
    owner_name: str
    upper: Decimal | None = None
    floor: Decimal | None = None
    baseline: Decimal | None = None
    justification: str = ""
    supports: str | None = None  # key of a business criterion


def propose(*, project: Project, key: str, level: str, name: str, demand: Demand, by: Actor) -> CriterionVersion:
    """A new criterion with its first version as a draft.

    Raises:
        Invalid: key, level or demand. And as `doing`.
    """
    errors = {}
    if not SLUG.fullmatch(key) or len(key) > 60:
        errors["key"] = ["Use up to 60 small letters and digits, with single hyphens between them."]
    if level not in Criterion.Level.values:
        errors["level"] = [f"One of {', '.join(Criterion.Level.values)}."]
    if not name.strip() or len(name.strip()) > 120:
        errors["name"] = ["Give the criterion a name of up to 120 characters."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)
    with doing("criterion.proposed", by=by, on=project, right="work", alone=True) as now:
        if Criterion.objects.filter(project=project, key=key).exists():
            raise Invalid("This key is taken.", errors={"key": ["Another criterion has this key."]})
        criterion = Criterion(project=now.project, key=key, level=level, name=name.strip())
        criterion.save()
        version = CriterionVersion(project=now.project, criterion=criterion, number=1)
        _write(version, demand, by, now.act.at)
        now.act.subject = version
        return version


def revise(
    *, criterion: Criterion, demand: Demand, reason: str, by: Actor, lesson: str | None = None
) -> CriterionVersion:
    """A new version as a draft; the approved one holds until the draft is approved.

    `lesson` names the kind of document in whose newest revision the change was learned.

    Raises:
        Conflict: a draft is open already.
        Invalid: no reason, a demand that does not fit together, or no such document.
    """
    reason = required_text(reason, "change_reason", "Say why the criterion changes.")
    with doing("criterion.revised", by=by, on=criterion, right="work", reason=reason) as now:
        last = now.row.versions.last()
        if last.state == CriterionVersion.State.DRAFT:
            raise Conflict("A draft of this criterion is open. Change or approve it.")
        version = CriterionVersion(
            project=now.project, criterion=now.row, number=last.number + 1, change_reason=reason,
            lesson=_lesson(now.project, lesson) if lesson else None,
        )  # fmt: skip
        _write(version, demand, by, now.act.at)
        now.act.subject = version
        return version


def change_draft(
    *, version: CriterionVersion, demand: Demand, by: Actor, expected: int | None = None
) -> CriterionVersion:
    """Raises: Conflict: the version is frozen, or nothing changes."""
    with doing("criterion.draft_changed", by=by, on=version, right="work", expected=expected) as now:
        if now.row.state != CriterionVersion.State.DRAFT:
            raise Conflict("This version is frozen. Propose a new one with a reason.", state=now.row.state)
        before = now.row.audit_ver
        _write(now.row, demand, by, now.row.created_at)
        if now.row.audit_ver == before:
            raise Conflict("Nothing was changed.")
        return now.row


def approve(*, version: CriterionVersion, by: Actor, expected: int | None = None) -> CriterionVersion:
    """Freeze the version; the one before is superseded, and gates that were passed with it are out of date.

    Raises:
        NotAllowed: its author can not approve it. NoRight: nor who lacks the role that approved the version before.
        NotApprovable: no reason for the metric; of an ML criterion no floor, or no business criterion it serves.
        IllegalMove.
    """
    with doing("criterion.approved", by=by, on=version, right="approve criteria", expected=expected) as now:
        row = now.row
        require_move(row, CriterionVersion.State.APPROVED)
        if row.is_written_by(by.user.pk):
            raise NotAllowed("You wrote in this version; another person has to approve it.")
        _require_approvable(row)
        held = now.roles & access.RIGHTS["approve criteria"][0]
        approved = row.criterion.versions.select_for_update().filter(state=CriterionVersion.State.APPROVED)
        for earlier in approved:
            require_move(earlier, CriterionVersion.State.SUPERSEDED)
            if earlier.approved_as and earlier.approved_as not in held:
                held = access.require_role(by, now.project, {earlier.approved_as}, "approve a change of it")
            held = {earlier.approved_as} & held or held
            earlier.state = CriterionVersion.State.SUPERSEDED
            earlier.save(update_fields=["state"])
        row.state, row.approved_by_id, row.approved_at = CriterionVersion.State.APPROVED, by.user.pk, now.act.at
        row.approved_as = sorted(held)[0]
        row.save()
        return row


def link_measures(
    *, criterion: Criterion, keys: list[str], reason: str, by: Actor, expected: int | None = None
) -> Criterion:
    """Say what is done about a criterion that is at risk: these tasks and QA methods; none takes the link away.

    Raises:
        Invalid: no reason, or a key that is neither. Conflict: nothing changes.
    """
    reason = required_text(reason, "reason", "Say why this helps.")
    with doing("criterion.measures_linked", by=by, on=criterion, right="work", reason=reason, expected=expected) as now:
        tasks = set(now.project.task_set.values_list("key", flat=True))
        methods = set(now.project.qamethod_set.values_list("key", flat=True))
        if keys:
            require_known(keys, tasks | methods, "a task or QA method of the project")
        if sorted(set(keys)) == now.row.measures:
            raise Conflict("Nothing was changed.")
        now.row.measures = sorted(set(keys))
        now.row.save(update_fields=["measures"])
        return now.row


class NotApprovable(Conflict):
    code, title = "not_approvable", "Not approvable"


def _require_approvable(version: CriterionVersion) -> None:
    lacking = {} if version.justification.strip() else {"justification": "the reason for this metric"}
    if version.criterion.level == Criterion.Level.ML:
        lacking |= {} if version.floor is not None else {"floor": "the floor, the least acceptable level"}
        lacking |= {} if version.supports_id else {"supports": "the business criterion it serves"}
    if lacking:
        raise NotApprovable(f"Before it can be approved it needs {', '.join(lacking.values())}.", lacking=list(lacking))


def _lesson(project: Project, kind: str) -> Revision:
    found = Revision.objects.filter(project=project, document__kind=kind).order_by("-number").first()
    if found is None:
        sentence = f"The project has no document “{kind}”."
        raise Invalid(sentence, errors={"lesson": [sentence]})
    return found


def _write(version: CriterionVersion, demand: Demand, by: Actor, at: object) -> None:
    version.supports = _supported(version, demand)
    _require_coherent(demand)
    version.author_id, version.created_at = by.user.pk, at
    version.authors = sorted({*version.authors, str(by.user.pk)})
    for name in [
        "metric",
        "unit",
        "direction",
        "threshold",
        "upper",
        "floor",
        "baseline",
        "method",
        "justification",
        "owner_name",
    ]:
        setattr(version, name, getattr(demand, name))
    version.save()


def _supported(version: CriterionVersion, demand: Demand) -> Criterion | None:
    level = version.criterion.level
    if demand.supports is None:
        return None
    found = Criterion.objects.filter(
        project_id=version.project_id, key=demand.supports, level=Criterion.Level.BUSINESS
    ).first()
    if found is None or level == Criterion.Level.BUSINESS:
        sentence = "Only ML and economic criteria serve a business criterion, and it has to exist."
        raise Invalid(sentence, errors={"supports": [sentence]})
    return found


def _require_coherent(demand: Demand) -> None:
    errors: dict[str, list[str]] = {}
    for name in ("metric", "unit", "method", "owner_name"):
        longest = CriterionVersion._meta.get_field(name).max_length
        if not getattr(demand, name).strip():
            errors[name] = ["This is needed."]
        elif longest and len(getattr(demand, name)) > longest:
            errors[name] = [f"Use up to {longest} characters."]
    if demand.direction not in CriterionVersion.Direction.values:
        errors["direction"] = [f"One of {', '.join(CriterionVersion.Direction.values)}."]
    numbers = {name: getattr(demand, name) for name in ("threshold", "upper", "floor", "baseline")}
    for name, number in numbers.items():
        if number is not None and not is_storable(number):
            errors[name] = ["Give a finite number with at most 18 digits before and 12 after the point."]
    between = demand.direction == CriterionVersion.Direction.BETWEEN
    if not errors and between and (demand.upper is None or demand.upper <= demand.threshold):
        errors["upper"] = ["A range needs an upper bound above the lower one."]
    if not errors and not between and demand.upper is not None:
        errors["upper"] = ["Only a range has an upper bound."]
    if not errors and demand.floor is not None and not _is_floor(demand):
        errors["floor"] = ["The floor is the worst acceptable value; it can not be stricter than the threshold."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def is_storable(number: Decimal) -> bool:
    """Finite, within 18 digits before and 12 after the point."""
    return number.is_finite() and number.adjusted() < 18 and number == rounded(number, 12)


def _is_floor(demand: Demand) -> bool:
    if demand.direction == CriterionVersion.Direction.AT_MOST:
        return demand.floor >= demand.threshold
    return demand.floor <= demand.threshold
