"""Versions of artefacts: registered with what they were made from, checked, and found faulty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crispmlq.errors import Conflict, Invalid
from projects.document_fields import SHA256, VERSION
from projects.services import risks
from projects.services.doing import Doing, doing, required_text
from projects.states import require_move
from registry import lineage, schemas
from registry.kinds import KINDS
from registry.models import Artefact, ArtefactVersion, Edge
from registry.selectors import Naming
from registry.services import references, users
from registry.services.artefacts import checked
from registry.services.references import Input

if TYPE_CHECKING:
    from accounts.actors import Actor


@dataclass(frozen=True)
class Draft:
    """What is stated of a new version. `parent`: label of the version it changes; `step` made it from its inputs."""

    label: str
    sha256: str = ""
    location: str = ""
    parent: str = ""
    reason: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    step: str = ""
    step_mode: str = ""


def register(*, artefact: Artefact, draft: Draft, by: Actor) -> ArtefactVersion:
    """Store a version for good, and tell the owners of what was made from earlier ones.

    A manual step and a model that feeds another each enter a risk into the register, to be rated.

    Raises:
        Invalid: a label that is taken, a hash, parent, reason, field or input that is missing or does not fit;
            `data["missing"]` names kinds of inputs it can not be without.
    """
    with doing("artefact_version.registered", by=by, on=artefact, right="work", reason=draft.reason) as now:
        kind = KINDS[now.row.kind]
        last = now.row.versions.last()
        errors = _faults(draft, now.row)
        parent = _parent(draft, now.row, last, errors)
        inputs = references.resolved(draft.inputs, now.project, by, errors)
        _require_feedback_was_judged(now.row, [source for source, _ in inputs], errors)
        fields = checked(kind.version, draft.fields, errors)
        _require_inputs(now.row, [source for source, _ in inputs])
        version = ArtefactVersion(
            project=now.project, artefact=now.row, number=last.number + 1 if last else 1, label=draft.label.strip(),
            ref=f"{now.row.key}@{draft.label.strip()}", sha256=draft.sha256.strip().lower(),
            location=draft.location.strip(), parent=parent, reason=draft.reason.strip(), fields=fields,
            concerns_users=_concerns_users(now.row, parent, fields), step=draft.step.strip(),
            step_mode=draft.step_mode, author_id=by.user.pk, by_machine=by.is_machine, registered_at=now.act.at,
        )  # fmt: skip
        version.save()
        Edge.objects.bulk_create(
            [Edge(project=now.project, source=source, target=version, features=f) for source, f in inputs]
        )
        now.act.subject = version
        _enter_risks(now, version, [source for source, _ in inputs])
        if version.concerns_users:
            users.tell_of_change(now, version)
        return version


def link(*, version: ArtefactVersion, source: Input, reason: str, by: Actor) -> Edge:
    """Add an input that was forgotten at registration.

    Raises:
        Invalid: there is no such version. Conflict: it is an input already, or would come from itself
            (`data["path"]` names the way round).
    """
    reason = required_text(reason, "reason", "Say why the input is added now.")
    with doing("artefact_version.linked", by=by, on=version, right="work", reason=reason) as now:
        errors: dict[str, list[str]] = {}
        found = references.resolved([source], now.project, by, errors)
        if errors:
            raise Invalid("Please correct what is marked.", errors=errors)
        origin, features = found[0]
        if Edge.objects.filter(source=origin, target=now.row).exists():
            raise Conflict(f"{origin} is an input of it already.")
        way = [now.row] if origin.pk == now.row.pk else lineage.path(now.row.pk, origin.pk)
        if way:
            naming = Naming(by, now.project)
            names = [naming.name(each) for each in [*way, now.row]]
            raise Conflict(f"It would come from itself: {' → '.join(names)}.", path=names)
        edge = Edge(project=now.project, source=origin, target=now.row, features=features)
        edge.save()
        _enter_risks(now, now.row, [origin])
        return edge


def check(*, version: ArtefactVersion, result: str, by: Actor, note: str = "") -> ArtefactVersion:
    """Record how the check after the step that made it came out; a failed one affects everything downstream."""
    if result not in ArtefactVersion.Check.values:
        sentence = f"One of {', '.join(ArtefactVersion.Check.values)}."
        raise Invalid("Choose a result.", errors={"result": [sentence]})
    if result == ArtefactVersion.Check.FAILED:
        note = required_text(note, "note", "Say what failed.")
    with doing("artefact_version.checked", by=by, on=version, right="work", reason=note) as now:
        row = now.row
        if (row.check_result, row.check_note) == (result, note.strip()):
            raise Conflict("This result is recorded already.")
        row.check_result, row.check_note = result, note.strip()
        row.save(update_fields=["check_result", "check_note"])
        if result == ArtefactVersion.Check.FAILED:
            users.tell_of_fault(now, row)
        return row


def report_fault(*, version: ArtefactVersion, reason: str, by: Actor) -> ArtefactVersion:
    """Say that it holds an error; everything made from it counts as affected until that is settled."""
    reason = required_text(reason, "reason", "Say what is wrong with it.")
    return _move("artefact_version.found_faulty", version, ArtefactVersion.State.FAULTY, reason, by)


def clear(*, version: ArtefactVersion, reason: str, by: Actor) -> ArtefactVersion:
    """Say that it holds no error after all, or is in use again."""
    reason = required_text(reason, "reason", "Say why it can be used.")
    return _move("artefact_version.cleared", version, ArtefactVersion.State.REGISTERED, reason, by)


def retire(*, version: ArtefactVersion, reason: str, by: Actor) -> ArtefactVersion:
    """Say that nothing new is to be made from it."""
    reason = required_text(reason, "reason", "Say why it is not to be used any more.")
    return _move("artefact_version.retired", version, ArtefactVersion.State.RETIRED, reason, by)


def _move(act: str, version: ArtefactVersion, state: str, reason: str, by: Actor) -> ArtefactVersion:
    with doing(act, by=by, on=version, right="work", reason=reason) as now:
        row = now.row
        require_move(row, state)
        row.state, row.state_reason = state, reason
        row.save(update_fields=["state", "state_reason"])
        if state == ArtefactVersion.State.FAULTY:
            users.tell_of_fault(now, row)
        return row


def _faults(draft: Draft, artefact: Artefact) -> dict[str, list[str]]:
    """What is wrong with the draft by itself."""
    errors: dict[str, list[str]] = {}
    label, digest = draft.label.strip(), draft.sha256.strip().lower()
    if not VERSION.match(label):
        errors["label"] = ["Give a version name without blanks, up to 120 characters."]
    elif artefact.versions.filter(label=label).exists():
        errors["label"] = ["There is a version of this name already."]
    if artefact.definition.has_hash and not digest:
        errors["sha256"] = ["Give the SHA-256 of its content."]
    elif digest and not SHA256.match(digest):
        errors["sha256"] = ["Give the 64 hexadecimal digits of a SHA-256."]
    if len(draft.location.strip()) > 500:
        errors["location"] = ["Use up to 500 characters."]
    if bool(draft.step.strip()) != bool(draft.step_mode) or len(draft.step.strip()) > 160:
        errors["step"] = ["Name the step in up to 160 characters, and say whether it ran automated or manual."]
    elif draft.step_mode and draft.step_mode not in ArtefactVersion.Mode.values:
        errors["step_mode"] = [f"One of {', '.join(ArtefactVersion.Mode.values)}."]
    return errors


def _parent(
    draft: Draft, artefact: Artefact, last: ArtefactVersion | None, errors: dict[str, list[str]]
) -> ArtefactVersion | None:
    """The version it changes; in a chained kind that is the newest, so that no link of the chain is missing."""
    label = draft.parent.strip()
    if last is None:
        if label:
            errors["parent"] = ["It is the first version; there is none before it."]
        return None
    if not artefact.definition.is_chained:
        found = artefact.versions.filter(label=label).first() if label else last
        if found is None:
            errors["parent"] = [f"There is no version “{label}” of it."]
        return found
    if label != last.label:
        errors["parent"] = [f"Name the version it changes: {last.label}, the newest. The chain may have no gap."]
    if not draft.reason.strip():
        errors["reason"] = ["Say why it changes."]
    if draft.sha256 and draft.sha256.strip().lower() == last.sha256:
        errors["sha256"] = [f"This is the content of {last.label}; nothing changed."]
    return last


def _require_inputs(artefact: Artefact, sources: list[ArtefactVersion]) -> None:
    given = {source.artefact.kind for source in sources}
    missing = [kind for kind in artefact.definition.needs if kind not in given]
    if missing:
        names = " and ".join(f"a version of its {KINDS[kind].name.lower()}" for kind in missing)
        sentence = f"{artefact.definition.name} needs among its inputs {names}."
        raise Invalid(sentence, errors={"inputs": [sentence]}, missing=missing)


def _require_feedback_was_judged(
    artefact: Artefact, sources: list[ArtefactVersion], errors: dict[str, list[str]]
) -> None:
    """A model learns from its own consequences only where somebody has looked: verified data, and a known loop."""
    if artefact.kind != "model":
        return
    for source in sources:
        if source.fields.get("origin") != "production":
            continue
        lacking = [] if source.check_result == ArtefactVersion.Check.PASSED else ["a passed check"]
        lacking += [] if source.fields.get("feedback-loop") else ["an entry in the register of feedback loops"]
        if lacking:
            errors["inputs"] = [f"{source} is feedback from production; it needs {' and '.join(lacking)} first."]


def _concerns_users(artefact: Artefact, parent: ArtefactVersion | None, fields: dict[str, Any]) -> bool:
    news = artefact.definition.news
    if parent is None or news == "never":
        return False
    return news == "always" or schemas.breaks(schemas.compare(parent.fields["fields"], fields["fields"]))


def _enter_risks(now: Doing, version: ArtefactVersion, sources: list[ArtefactVersion]) -> None:
    artefact = version.artefact
    if version.step_mode == ArtefactVersion.Mode.MANUAL:
        risks.enter(
            now,
            risks.Entry(
                key=f"own-manual-{artefact.key}", phase=2, name=f"“{artefact}” can not be made again",
                what_goes_wrong=f"The step “{version.step}” is done by hand and differs each time.",
                category="operational", severity="medium", likelihood="likely",
            ),
        )  # fmt: skip
    if artefact.kind == "model" and any(source.artefact.kind == "model" for source in sources):
        risks.enter(
            now,
            risks.Entry(
                key=f"own-upstream-{artefact.key}", phase=6, name=f"A model upstream of “{artefact}” fails",
                what_goes_wrong="A model whose output is used as input fails and takes all dependants down.",
                category="technical", severity="high", likelihood="possible",
            ),
        )  # fmt: skip
