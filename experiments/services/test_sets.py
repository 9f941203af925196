"""Test sets: each use is counted, none was trained on, and none leaves the house without a signature.

Source: Studer et al. 2021, section 3.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from crispmlq.errors import Conflict, Invalid, NotAllowed
from experiments.models import Handover, TestSetUse
from experiments.services.versions import labelled
from projects.services.doing import doing, required_text
from projects.states import require_move
from registry import lineage

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.models import Project
    from projects.services.measurements import Reading
    from registry.models import ArtefactVersion


def use(*, project: Project, test_set: str, model: str, purpose: str, disjointness: str, by: Actor) -> TestSetUse:
    """Enter that a model is evaluated on a test set; values measured on it name both.

    `warnings` on the row say when it is not the first use.

    Raises:
        Invalid: versions not registered, a dataset that is no test set, or one the model was made from; no purpose, or
            nothing said of how the two were kept apart.
    """
    purpose = required_text(purpose, "purpose", "Say what the evaluation is to decide.", 2000)
    disjointness = required_text(
        disjointness, "disjointness", "Say how it was shown that no sample was seen in training.", 2000
    )
    with doing("test_set.used", by=by, on=project, right="work", alone=True) as now:
        dataset = labelled(now.project, test_set, "dataset", "test_set")
        evaluated = labelled(now.project, model, "model", "model")
        _require_unseen(dataset, evaluated)
        before = now.project.testsetuse_set.filter(test_set=dataset).aggregate(newest=Max("number"))["newest"] or 0
        row = TestSetUse(
            project=now.project, test_set=dataset, model=evaluated, number=before + 1, purpose=purpose,
            disjointness=disjointness, iteration=now.project.iteration, used_at=now.act.at, used_by_id=by.user.pk,
            by_machine=by.is_machine,
        )  # fmt: skip
        row.save()
        now.act.subject = row
        row.warnings = [f"This test set was used {before} times before; what it shows is less blind."] if before else []
        return row


def ask_for_handover(*, project: Project, test_set: str, recipient: str, reason: str, by: Actor) -> Handover:
    """Ask to give a test set to somebody outside."""
    recipient = required_text(recipient, "recipient", "Say who is to receive it.", 160)
    reason = required_text(reason, "reason", "Say why it has to leave the house.")
    with doing("handover.requested", by=by, on=project, right="review", reason=reason) as now:
        dataset = labelled(now.project, test_set, "dataset", "test_set")
        _require_test_set(dataset)
        row = Handover(
            project=now.project, test_set=dataset, recipient=recipient, reason=reason, requested_by_id=by.user.pk,
            requested_at=now.act.at,
        )  # fmt: skip
        row.save()
        now.act.subject = row
        return row


def sign_handover(*, handover: Handover, answer: str, by: Actor) -> Handover:
    """Raises: NotAllowed: who asked can not sign, nor who is neither sponsor nor curator of the test set."""
    return _answer(handover, Handover.State.SIGNED, answer, by)


def refuse_handover(*, handover: Handover, answer: str, by: Actor) -> Handover:
    return _answer(handover, Handover.State.REFUSED, answer, by)


def require_evaluated(project: Project, reading: Reading) -> None:
    """A value of the blind test names a model and a test set on which its evaluation was entered.

    Raises: Invalid: it names none, or the evaluation is not in the log.
    """
    if reading.environment != "test":
        return
    test_set = labelled(project, reading.dataset, "dataset", "dataset")
    model = labelled(project, reading.subject_version, "model", "subject_version")
    if not TestSetUse.objects.filter(project=project, test_set=test_set, model=model).exists():
        sentence = f"Enter first that {model} is evaluated on {test_set}: every use of a test set is counted."
        raise Invalid("This evaluation is not in the log.", errors={"dataset": [sentence]})


def _answer(handover: Handover, state: str, answer: str, by: Actor) -> Handover:
    answer = required_text(answer, "answer", "Say on what conditions, or why not.")
    with doing(f"handover.{state}", by=by, on=handover, right="sign handovers", reason=answer) as now:
        require_move(now.row, state)
        if now.row.requested_by_id == by.user.pk:
            raise NotAllowed("You asked for this; another person has to answer.")
        now.row.state, now.row.answer = state, answer
        now.row.answered_by_id, now.row.answered_at = by.user.pk, now.act.at
        now.row.save()
        return now.row


def _require_unseen(test_set: ArtefactVersion, model: ArtefactVersion) -> None:
    _require_test_set(test_set)
    if lineage.upstream([model.pk]).filter(pk=test_set.pk).exists():
        sentence = f"{model} was made from {test_set}; on data it has seen a model can not be evaluated."
        raise Invalid("This is training data.", errors={"test_set": [sentence]})


def _require_test_set(dataset: ArtefactVersion) -> None:
    if dataset.fields.get("role") != "test":
        sentence = f"{dataset} is registered as {dataset.fields.get('role', 'something else')}, not as a test set."
        raise Invalid("This is no test set.", errors={"test_set": [sentence]})
    if dataset.state != dataset.State.REGISTERED:
        raise Conflict(f"{dataset} is {dataset.get_state_display().lower()}: {dataset.state_reason}")
