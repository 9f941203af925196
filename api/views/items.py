"""Requirements, tasks, risks and QA methods of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api import filters, inputs, serializers
from api.views.base import Rows, command, expected_version
from crispmlq.errors import Invalid
from projects.models import QAMethod, Requirement, Risk, Task
from projects.services import qa_methods, requirements, risks, tasks


class Items(Rows):
    """Rows of a phase, to which a project may add its own."""

    def added(self, service: Callable[..., Any], takes: type[inputs.InPhase]) -> Response:
        given = self.taken(takes)
        phase = self.project.phase_set.get(number=given.pop("phase"))
        return self.answer(service(phase=phase, by=self.actor, **given), self.serializer_class, 201)


class Requirements(Items):
    serializer_class = serializers.RequirementOut
    model = Requirement
    noun = "requirement"
    related = ("phase", "confirmed_by")
    lookup_field = "key"
    filterset_class = filters.by(Requirement, "state", "kind", phase=filters.PHASE)

    @extend_schema(request=inputs.NewRequirement, responses={201: serializers.RequirementOut})
    def create(self, request: Request, slug: str) -> Response:
        """Add a requirement of the project's own."""
        return self.added(requirements.add, inputs.NewRequirement)

    confirm = command("confirm", requirements.confirm, takes=inputs.Confirmation, conditional=True)
    reopen = command("reopen", requirements.reopen, takes=inputs.Reason)


class Tasks(Items):
    serializer_class = serializers.TaskOut
    model = Task
    noun = "task"
    related = ("phase", "assignee", "handed_in_by")
    lookup_field = "key"
    filterset_class = filters.by(Task, "state", "is_required", "iteration", phase=filters.PHASE)

    @extend_schema(request=inputs.NewTask, responses={201: serializers.TaskOut})
    def create(self, request: Request, slug: str) -> Response:
        """Add a task of the project's own."""
        return self.added(tasks.add, inputs.NewTask)

    @extend_schema(request=inputs.Assignment)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Assign the task to a member, with a date."""
        given = self.taken(inputs.Assignment)
        row = tasks.assign(
            task=self.get_object(), user_id=_account(given["assignee"]), due_on=given["due_on"], by=self.actor,
            expected=expected_version(request),
        )  # fmt: skip
        return self.answer(row, serializers.TaskOut)

    @extend_schema(request=inputs.Assignments, responses=serializers.TaskOut(many=True))
    def assign(self, request: Request, **_: str) -> Response:
        """Assign several tasks in one act, to a member, with a date, or both."""
        given = self.taken(inputs.Assignments)
        rows = tasks.assign_many(
            project=self.project, keys=given["keys"], user_id=_account(given["assignee"]), due_on=given["due_on"],
            by=self.actor,
        )  # fmt: skip
        found = self.get_queryset().filter(pk__in=[row.pk for row in rows])
        return Response(self.get_serializer(found, many=True).data)

    start = command("start", tasks.start, conditional=True)
    check = command("check", tasks.check, takes=inputs.Checklist, conditional=True)
    hand_in = command("hand_in", tasks.hand_in, takes=inputs.Result, conditional=True)
    finish = command("finish", tasks.finish, conditional=True)
    give_back = command("give_back", tasks.give_back, path="return", takes=inputs.Reason)
    set_not_applicable = command(
        "set_not_applicable", tasks.set_not_applicable, path="not-applicable", takes=inputs.Reason
    )
    reopen = command("reopen", tasks.reopen, takes=inputs.Reason)


class Risks(Items):
    serializer_class = serializers.RiskOut
    model = Risk
    noun = "risk"
    related = ("phase", "task", "accepted_by")
    lookup_field = "key"
    filterset_class = filters.by(Risk, "state", "category", "severity", "likelihood", phase=filters.PHASE)

    @extend_schema(request=inputs.NewRisk, responses={201: serializers.RiskOut})
    def create(self, request: Request, slug: str) -> Response:
        """Add a risk of the project's own, as expected at first sight."""
        return self.added(risks.add, inputs.NewRisk)

    rate = command("rate", risks.rate, path="ratings", takes=inputs.RatingIn, conditional=True)
    accept = command("accept", risks.accept, path="acceptance", takes=inputs.Acceptance, conditional=True)


class QAMethods(Items):
    serializer_class = serializers.QAMethodOut
    model = QAMethod
    noun = "method"
    related = ("phase", "task", "performed_by", "reviewed_by")
    lookup_field = "key"
    filterset_class = filters.by(QAMethod, "state", phase=filters.PHASE)

    @extend_schema(request=inputs.NewMethod, responses={201: serializers.QAMethodOut})
    def create(self, request: Request, slug: str) -> Response:
        """Add a QA method of the project's own."""
        return self.added(qa_methods.add, inputs.NewMethod)

    @extend_schema(request=inputs.Keys, responses=serializers.QAMethodOut(many=True))
    def plan_many(self, request: Request, **_: str) -> Response:
        """Plan several QA methods in one act."""
        rows = qa_methods.plan_many(project=self.project, by=self.actor, **self.taken(inputs.Keys))
        found = self.get_queryset().filter(pk__in=[row.pk for row in rows])
        return Response(self.get_serializer(found, many=True).data)

    plan = command("plan", qa_methods.plan)
    perform = command("perform", qa_methods.perform, takes=inputs.Performance)
    accept = command("accept", qa_methods.accept, takes=inputs.Note)
    reject = command("reject", qa_methods.reject, takes=inputs.Reason)


def _account(username: str | None) -> UUID | None:
    """Raises: Invalid: there is no account of this name."""
    if not username:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Invalid("There is no such account.", errors={"assignee": ["There is no such account."]})
    return user.pk
