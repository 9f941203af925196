"""Which acts people are told of: one table, from the act to who is told, in which words.

A notice follows in the transaction of its act, so that there is none without the other. It names records, never people,
and repeats no text anybody wrote as a reason: what the trail can forget, no notice keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from catalogue.definitions import of
from projects import access
from projects.gates import policy
from projects.places import place_of
from projects.services import telling

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.services.doing import Doing


@dataclass(frozen=True)
class Whom:
    """Holders of roles, and accounts."""

    roles: Iterable[str] = ()
    users: Iterable[UUID | None] = ()


@dataclass(frozen=True)
class Occasion:
    """`text` may name `{subject}`, `{outcome}` and `{count}`; the notice leads to the page of the act's subject."""

    text: str
    whom: Callable[[Doing], Whom]
    words: Callable[[Doing], dict[str, Any]] = lambda now: {}


def deciders(now: Doing) -> Whom:
    row = now.row
    submission = row.evaluations.get(state="open") if row._meta.model_name == "gate" else row
    return Whom(submission.deciders)


def concerned(now: Doing) -> Whom:
    """Who decides the gate, and whose work its checks are about."""
    checks = of(now.project.catalogue).gate(now.row.gate.key).checks
    return Whom({*policy.may_end(now.row.deciders), *(role for check in checks for role in check.mend_roles)})


def reviewers(now: Doing) -> Whom:
    kind = of(now.project.catalogue).document_kinds[now.row.document.kind]
    return Whom({role for group in kind.review_roles for role in group})


def writers(now: Doing) -> Whom:
    """Once the document is settled."""
    is_settled = now.row.state in {"accepted", "rejected"}
    return Whom(users=[now.row.author_id, *map(UUID, now.row.authors)] if is_settled else [])


def everybody(now: Doing) -> Whom:
    return Whom(set(of(now.project.catalogue).roles) - access.ONLOOKERS)


def holders(right: str) -> Callable[[Doing], Whom]:
    """Whoever holds a role that has the right."""
    return lambda now: Whom(access.RIGHTS[right][0])


def person(*names: str) -> Callable[[Doing], Whom]:
    """Accounts the row of the act names."""
    return lambda now: Whom(users=[getattr(now.row, f"{name}_id") for name in names])


def subject_person(now: Doing) -> Whom:
    return Whom(users=[now.act.subject.user_id])


def told_about(now: Doing) -> Whom:
    """Whom the service names."""
    return Whom(users=now.about["users"])


def mentioned(now: Doing) -> Whom:
    return Whom(users=[UUID(key) for key in now.act.subject.mentions])


MANAGERS = holders("submit gates")

OCCASIONS: dict[str, Occasion] = {
    "gate.submitted": Occasion("“{subject}” is submitted and waits for your signature.", deciders),
    "gate.withdrawn": Occasion("The submission of “{subject}” was withdrawn.", deciders),
    "gate.objected": Occasion("There is an objection at “{subject}”.", MANAGERS),
    "gate.decided": Occasion(
        "“{subject}” is decided: {outcome}.", concerned,
        lambda now: {"outcome": now.row.decision.get_outcome_display().lower()},
    ),
    "waiver.requested": Occasion("A waiver is asked for at “{subject}”.", holders("grant waivers")),
    "waiver.granted": Occasion("“{subject}”, which you asked for, is granted.", person("requested_by")),
    "waiver.refused": Occasion("“{subject}”, which you asked for, is refused.", person("requested_by")),
    "document.submitted": Occasion("“{subject}” waits for a review.", reviewers),
    "document.accepted": Occasion("“{subject}”, which you wrote in, is accepted.", writers),
    "document.rejected": Occasion("“{subject}”, which you wrote in, is rejected.", writers),
    "task.assigned": Occasion("You were given the task “{subject}”.", person("assignee")),
    "tasks.assigned": Occasion("You were given tasks: {count}.", told_about, lambda now: {"count": now.about["count"]}),
    "task.handed_in": Occasion("The task “{subject}” is handed in; somebody has to agree that it is done.", MANAGERS),
    "task.returned": Occasion("The task “{subject}” came back to you.", person("assignee", "handed_in_by")),
    "task.reopened": Occasion("The task “{subject}” is open again.", person("assignee")),
    "qa_method.performed": Occasion("The QA method “{subject}” was performed and waits to be judged.", MANAGERS),
    "qa_method.rejected": Occasion("The QA method “{subject}”, which you performed, is rejected.",
                                   person("performed_by")),
    "criterion.proposed": Occasion("The criterion “{subject}” is proposed and waits to be approved.",
                                   holders("approve criteria")),
    "criterion.revised": Occasion("The criterion “{subject}” is to change; the new version waits to be approved.",
                                  holders("approve criteria")),
    "criterion.approved": Occasion("The criterion “{subject}” is approved and frozen.", everybody),
    "comment.written": Occasion("You are mentioned in a comment on “{subject}”.", mentioned),
    "risk.accepted": Occasion("The risk “{subject}” is accepted with a signature.", MANAGERS),
    "iteration.opened": Occasion("The project went back: {subject} has begun.", everybody),
    "iteration.update_begun": Occasion("An update of the served model has begun: {subject}.", everybody),
    "iteration.challenger_begun": Occasion("A challenger has begun beside the served model: {subject}.", everybody),
    "project.converted": Occasion("The proof of concept is a full project now; required tasks are open.", everybody),
    "project.held": Occasion("The project is on hold.", everybody),
    "project.resumed": Occasion("The project goes on.", everybody),
    "project.stopped": Occasion("The project was stopped.", everybody),
    "member.roles_changed": Occasion("Your roles in this project were changed.", subject_person),
}  # fmt: skip


def tell_of(now: Doing, by: Actor) -> None:
    """Tell of the act, if the table knows it, everybody concerned but who did it."""
    occasion = OCCASIONS.get(now.act.name)
    if occasion is None:
        return
    whom, subject = occasion.whom(now), now.act.subject
    telling.tell(
        now.project, key=f"{now.act.name} {now.act.uid}", url=place_of(subject), roles=whom.roles, users=whom.users,
        text=occasion.text.format(subject=subject, **occasion.words(now)), but=by.user.pk,
    )  # fmt: skip
