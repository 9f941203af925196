"""Remarks of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.models import Comment, Project
from projects.services.doing import doing, required_text

if TYPE_CHECKING:
    from accounts.actors import Actor

LONGEST = 4000


def add(*, project: Project, text: str, by: Actor) -> Comment:
    """Leave a remark; also while the project is on hold."""
    text = required_text(text, "text", "Write your comment.", LONGEST)
    with doing("project.commented", by=by, on=project, right="comment", even_frozen=True) as now:
        comment = Comment(project=now.project, text=text, author_id=by.user.pk, at=now.act.at)
        comment.save()
        return comment
