"""Comments on the rows of a project, with mentions of its members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crispmlq.errors import Invalid, NotFound
from projects import access
from projects.models import Comment, Membership, Project
from projects.places import row_of
from projects.services.doing import doing, required_text

if TYPE_CHECKING:
    from accounts.actors import Actor

LONGEST = 10_000
# A user name after an @ that does not stand inside a word, such as that of a mail address.
MENTION = re.compile(r"(?<![\w@.])@([\w.+-]*\w)")


def write(*, project: Project, subject_type: str, subject: str, text: str, by: Actor) -> Comment:
    """Comment on a row, also while the project is on hold; members named by `@username` are told.

    Raises:
        NotFound: no such row in this project. Invalid: no text, or more than 10,000 characters.
        ProjectFrozen: the project was stopped.
    """
    text = required_text(text, "text", "Write something.", LONGEST)
    with doing("comment.written", by=by, on=project, right="comment", even_frozen=True) as now:
        if now.project.state == Project.State.STOPPED:
            access.require_writable(now.project)
        row = subject_of(now.project, subject_type, subject)
        comment = Comment(
            project=now.project, subject_type=subject_type, subject_id=row.pk, subject_name=str(row)[:200], text=text,
            mentions=_mentioned(now.project, text), author_id=by.user.pk, written_at=now.act.at,
        )  # fmt: skip
        comment.save()
        now.act.subject = comment
        return comment


def subject_of(project: Project, subject_type: str, subject: str) -> Any:
    """The row that is commented on, by its key or its id; comments are not. Raises: NotFound: as `row_of`."""
    if subject_type == "projects.comment":
        raise NotFound("Answer with another comment on the same record.")
    return row_of(project, subject_type, subject)


def names_in(text: str) -> set[str]:
    """User names that are mentioned, in small letters, whether they exist or not."""
    return {name.lower() for name in MENTION.findall(text)}


def _mentioned(project: Project, text: str) -> list[str]:
    """Ids of members; other names are just text. Raises: Invalid: more than twenty."""
    names = names_in(text)
    if not names:
        return []
    members = Membership.objects.filter(project=project).exclude(roles=[]).select_related("user")
    found = sorted(str(m.user_id) for m in members if m.user.username.lower() in names)
    if len(found) > 20:
        raise Invalid("Mention up to twenty people.", errors={"text": ["Mention up to twenty people."]})
    return found
