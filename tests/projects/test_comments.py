"""Comments on rows: who may write, who is told, what can be erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import erasing
from audit.models import Event
from audit.selectors import events
from crispmlq.errors import Invalid, NotFound
from notices.models import Notice
from projects.access import NoRight, ProjectFrozen
from projects.models import Comment, Task
from projects.services import comments, holds, projects
from tests.cast import Cast

SCOPE = {"subject_type": "projects.task", "subject": "define-scope"}


def write(cast: Cast, text: str = "Look here, @dora.", by: str = "dana", **on: str) -> Comment:
    return comments.write(project=cast.project, **(on or SCOPE), text=text, by=cast.actors[by])


def test_a_comment_is_stored_and_told_in_the_trail_without_its_text(cast: Cast) -> None:
    comment = write(cast)
    assert (comment.subject_id, comment.author) == (Task.objects.get(key="define-scope").pk, cast.dana.user)
    event = events(cast.project.pk, limit=1)[0]
    assert event.sentence == f"commented on “{Task.objects.get(key='define-scope').name}”"
    assert "Look here" not in str(bytes(Event.objects.get(uid=event.uid).body))


def test_who_is_mentioned_is_told_once_and_strangers_never(cast: Cast) -> None:
    write(cast, "@dora and @Dora, @otto, mail@milo.example, @nobody, (@sven) and @dana.")
    told = Notice.objects.filter(key__contains="comment.written")
    assert set(told.values_list("to__username", flat=True)) == {"dora", "sven"}
    assert told.first().url == "/projects/churn/phases/1#define-scope"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("projects.risk", "contradictory-objectives"), ("projects.gate", "gate-1-feasibility"),
        ("projects.phase", "1"), ("projects.project", "churn"), ("projects.membership", "dora"),
    ],
)  # fmt: skip
def test_any_row_of_the_project_can_be_commented_on(cast: Cast, kind: str, key: str) -> None:
    assert write(cast, subject_type=kind, subject=key).subject_type == kind


@pytest.mark.parametrize(
    ("kind", "key"),
    [("projects.task", "nothing"), ("accounts.user", "dora"), ("projects.phase", "one"), ("x", "y"), ("", "")],
)
def test_what_is_not_there_can_not(cast: Cast, kind: str, key: str) -> None:
    with pytest.raises(NotFound):
        write(cast, subject_type=kind, subject=key)
    assert not Comment.objects.exists()


def test_a_row_of_another_project_is_not_there(cast: Cast) -> None:
    projects.create(slug="other", name="Other", purpose="More.", by=cast.otto)
    foreign = Task.objects.filter(project__slug="other").first()
    with pytest.raises(NotFound):
        write(cast, subject_type="projects.task", subject=str(foreign.pk))


@pytest.mark.parametrize(("by", "refusal"), [("ursel", NoRight), ("ada", NoRight), ("otto", NotFound)])
def test_onlookers_and_strangers_write_none(cast: Cast, by: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        write(cast, by=by)


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_it_needs_a_text_of_some_length(cast: Cast, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        write(cast, text)
    assert "text" in refused.value.errors


def test_it_is_possible_on_hold_and_not_after_the_stop(cast: Cast) -> None:
    holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    assert write(cast)
    projects.stop(project=cast.project, reason="No budget.", by=cast.sven)
    with pytest.raises(ProjectFrozen):
        write(cast)


def test_its_text_can_be_erased(cast: Cast) -> None:
    comment = write(cast, "Something about a person.")
    targets = erasing.values_of(comment)
    erasing.erase(log_id=cast.project.pk, targets=targets, basis="Art. 17", by=cast.mara.audit_by)
    comment.refresh_from_db()
    assert comment.text == "(erased)"


def test_the_page_shows_writes_and_escapes(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.dana.user)
    url = "/projects/churn/comments?type=projects.task&id=define-scope"
    answer = client.post(url, {"text": "<b>@dora</b> see"})
    assert (answer.status_code, answer["Location"]) == (302, url)
    page = client.get(url).content.decode()
    assert '&lt;b&gt;<span class="mention">@dora</span>&lt;/b&gt; see' in page
    part = client.post(url, {"text": "Again."}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Again." in part
    refused = client.post(url, {"text": ""}, headers={"HX-Request": "true"})
    assert (refused.status_code, Comment.objects.count()) == (422, 2)


def test_pages_of_records_load_their_comments(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.dana.user)
    for path in ("", "phases/1", "risks/contradictory-objectives", "gates/1"):
        assert "/projects/churn/comments?type=projects." in client.get(f"/projects/churn/{path}").content.decode()


def test_the_api_writes_lists_and_filters(cast: Cast, api: Callable[..., Any]) -> None:
    made = api("pipeline", "post", "comments", {**SCOPE, "text": "Built. @dana"})
    assert (made.status_code, made.json()["author"]) == (201, "pipeline")
    write(cast, subject_type="projects.risk", subject="contradictory-objectives")
    assert api("mara", "get", "comments").json()["count"] == 2
    assert api("mara", "get", "comments", SCOPE).json()["count"] == 1
    assert api("ursel", "post", "comments", {**SCOPE, "text": "Me too."}).status_code == 403
    assert api("mara", "post", "comments", {**SCOPE, "text": " "}).status_code == 422
    assert Comment.objects.count() == 2
