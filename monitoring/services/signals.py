"""Signals: drafted at any time, active once they have owner and measure, changed in versions, retired."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crispmlq.errors import Conflict, Invalid
from monitoring import rules
from monitoring.models import Environment, Signal
from projects.models import Criterion, Membership, Project
from projects.services.criteria import is_storable
from projects.services.doing import doing, required_text
from projects.services.projects import SLUG
from projects.states import require_move
from registry.models import Artefact

if TYPE_CHECKING:
    from accounts.actors import Actor
    from accounts.models import User

Settings = Mapping[str, Any]
# What a signal is set to. `criterion` and `watches` (an artefact) by their key, `owner` by user name.
SETTINGS = (
    "name", "group", "metric", "unit", "is_labelled", "environment", "feature", "watches", "criterion", "owner",
    "response_plan",
    "source", "interval_minutes", "baseline", "baseline_source", "baseline_version", "rules",
)  # fmt: skip
NEEDED = ("name", "group", "metric", "unit")


class SignalNotReady(Conflict):
    code, title = "signal_not_ready", "Signal is not ready"


def propose(*, project: Project, key: str, settings: Settings, by: Actor) -> Signal:
    """A new signal as a draft; possible in every phase.

    Raises: Invalid: the key is malformed or taken, or a setting does not fit.
    """
    if not SLUG.fullmatch(key) or len(key) > 60:
        sentence = "Use up to 60 small letters and digits, with single hyphens between them."
        raise Invalid(sentence, errors={"key": [sentence]})
    with doing("signal.proposed", by=by, on=project, right="work", alone=True) as now:
        if Signal.objects.filter(project=project, key=key).exists():
            raise Invalid("This key is taken.", errors={"key": ["Another signal has this key."]})
        signal = Signal(project=now.project, key=key, changed_at=now.act.at)
        _set(signal, {"environment": Environment.OPERATION, **settings})
        signal.save()
        now.act.subject = signal
        return signal


def change(*, signal: Signal, settings: Settings, by: Actor, reason: str = "", expected: int | None = None) -> Signal:
    """Other settings, as a new version; alarms raised before keep the rule they were raised by.

    Raises:
        Invalid: no reason although it is active, or a setting does not fit. SignalNotReady: see `activate`.
        Conflict: it is retired, or nothing changes.
    """
    if signal.state != Signal.State.DRAFT:
        reason = required_text(reason, "reason", "Say why the signal changes.")
    with doing("signal.changed", by=by, on=signal, right="work", reason=reason, expected=expected) as now:
        row = now.row
        if row.state == Signal.State.RETIRED:
            raise Conflict("This signal is retired. Activate it again before you change it.")
        before = [getattr(row, name) for name in SETTINGS]
        _set(row, settings)
        if before == [getattr(row, name) for name in SETTINGS]:
            raise Conflict("Nothing was changed.")
        if row.state == Signal.State.ACTIVE:
            _require_ready(row)
        row.version, row.changed_at, row.change_reason = row.version + 1, now.act.at, reason.strip()
        row.save()
        return row


def add_rule(*, signal: Signal, rule: rules.Rule, by: Actor, reason: str = "") -> Signal:
    """One rule more; as `change`."""
    return change(signal=signal, settings={"rules": [*signal.rules, dict(rule)]}, reason=reason, by=by)


def drop_rule(*, signal: Signal, key: str, by: Actor, reason: str = "") -> Signal:
    """One rule less; as `change`. Raises: Invalid: there is no such rule."""
    kept = [rule for rule in signal.rules if rule["key"] != key]
    if len(kept) == len(signal.rules):
        raise Invalid("There is no such rule.", errors={"key": ["There is no such rule."]})
    return change(signal=signal, settings={"rules": kept}, reason=reason, by=by)


def activate(*, signal: Signal, by: Actor, expected: int | None = None) -> Signal:
    """From now on its rules are judged, and its silence is noticed.

    Raises: SignalNotReady: it lacks an owner, or both a baseline and a rule with a threshold (`data["lacking"]`).
    """
    with doing("signal.activated", by=by, on=signal, right="operate", expected=expected) as now:
        require_move(now.row, Signal.State.ACTIVE)
        _require_ready(now.row)
        now.row.state, now.row.changed_at = Signal.State.ACTIVE, now.act.at
        now.row.save()
        return now.row


def retire(*, signal: Signal, reason: str, by: Actor) -> Signal:
    """Stop judging it. Its values and alarms stay."""
    reason = required_text(reason, "reason", "Say why the signal is no longer needed.")
    with doing("signal.retired", by=by, on=signal, right="operate", reason=reason) as now:
        require_move(now.row, Signal.State.RETIRED)
        now.row.state, now.row.changed_at, now.row.change_reason = Signal.State.RETIRED, now.act.at, reason
        now.row.save()
        return now.row


def confirm_check(*, signal: Signal, finding: str, by: Actor) -> Signal:
    """Say what comparing the values before and after an update of the system showed.

    Raises: Conflict: nothing asks for a comparison.
    """
    finding = required_text(finding, "finding", "Say what the comparison showed.")
    with doing("signal.checked", by=by, on=signal, right="operate", reason=finding) as now:
        if not now.row.check_reason:
            raise Conflict("Nothing asks for a comparison of this signal.")
        now.row.check_reason = ""
        now.row.save()
        return now.row


def members_account(project: Project, username: str | None, field: str = "owner") -> User | None:
    """The account of a member with a role. Raises: Invalid."""
    if not username:
        return None
    found = Membership.objects.filter(project=project, user__username=username, user__is_active=True)
    member = found.exclude(roles=[]).select_related("user").first()
    if member is None:
        raise Invalid("Choose a member of the project.", errors={field: ["Choose a member of the project."]})
    return member.user


def _require_ready(signal: Signal) -> None:
    lacking = [] if signal.owner_id else ["owner"]
    if signal.baseline is None and not rules.has_threshold(signal.rules):
        lacking.append("baseline or threshold")
    if lacking:
        raise SignalNotReady(f"Before it can be active, the signal needs: {', '.join(lacking)}.", lacking=lacking)


def _set(signal: Signal, settings: Settings) -> None:
    """Write the settings into the row. Raises: Invalid."""
    errors = {name: ["There is no such setting."] for name in settings if name not in SETTINGS}
    given = {name: value for name, value in settings.items() if name in SETTINGS}
    for name, model in (("criterion", Criterion), ("watches", Artefact)):
        if name in given:
            key = given[name]
            given[name] = model.objects.filter(project=signal.project, key=key).first() if key else None
            if key and given[name] is None:
                errors[name] = [f"There is no such {model._meta.verbose_name}."]
    if "owner" in given:
        given["owner"] = members_account(signal.project, given["owner"])
    for name, value in given.items():
        setattr(signal, name, value.strip() if isinstance(value, str) else value)
    errors |= _faults(signal)
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def _faults(signal: Signal) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name in SETTINGS:
        field = Signal._meta.get_field(name)
        value = getattr(signal, field.attname)
        longest = getattr(field, "max_length", None)
        if name in NEEDED and not value:
            errors[name] = ["This is needed."]
        elif field.choices and value not in dict(field.choices):
            errors[name] = [f"One of {', '.join(dict(field.choices))}."]
        elif longest and len(value) > longest:
            errors[name] = [f"Use up to {longest} characters."]
    if signal.interval_minutes is not None and not 1 <= signal.interval_minutes <= 527_040:
        errors["interval_minutes"] = ["From a minute to a year."]
    if isinstance(signal.baseline, Decimal) and not is_storable(signal.baseline):
        errors["baseline"] = ["Give a finite number with at most 18 digits before and 12 after the point."]
    if found := _faults_of_rules(signal.rules):
        errors["rules"] = found
    return errors


def _faults_of_rules(found: Any) -> list[str]:
    if not isinstance(found, list) or len(found) > 20:
        return ["Give a list of at most 20 rules."]
    faults = [f"Rule {number}: {fault}" for number, rule in enumerate(found, 1) for fault in rules.faults(rule)]
    keys = [rule["key"] for rule in found] if not faults else []
    return faults or (["Each rule has a key of its own."] if len(set(keys)) < len(keys) else [])
