"""The form of a command: `{% command "start-task" task %}<button>Start</button>{% endcommand %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from audit.selectors import HistoryEntry
from catalogue.definitions import of
from projects import activity
from projects.gates import links
from projects.gates.standing import Readiness
from projects.models import Project
from projects.places import PLACES, place_of
from ui.templatetags.ui import words

register = template.Library()
register.simple_tag(links.page_of)


@register.simple_tag
def name_in(view: Readiness, link: dict[str, Any]) -> str:
    """What a verdict points at, short enough for a line: by its name, or else by its type and key."""
    return Truncator(view.name_of(link) or words(f"{link['type']} {link['key']}".strip())).words(10)


@register.simple_tag
def warnings_of(project: Project) -> list[str]:
    """What is said on every page of the project, by its tailoring answers."""
    return of(project.catalogue).warnings(project.answers)


@register.filter
def has_page(event: HistoryEntry) -> bool:
    return event.subject_type in PLACES


@register.filter
def page_in(event: HistoryEntry, project: Project) -> str:
    """The way to the page of what the event is about."""
    return activity.url_of(project.slug, event)


@register.filter
def page_of_row(row: Any) -> str:
    return place_of(row)


@register.simple_block_tag(takes_context=True)
def command(
    context: dict[str, Any], content: str, name: str, row: Any, css: str = "stack-s", form_id: str = ""
) -> SafeString:
    """Posts to the command and comes back to this page; a refusal appears inside the form, nothing typed is lost.

    It carries the version of the row, so that nobody's change since is overwritten unseen.

    With `form_id`, fields and buttons elsewhere on the page can belong to the form.
    """
    request, project = context["request"], context.get("project") or row.project
    url = reverse("projects:do", args=[project.slug, name, row.pk])
    return format_html(
        '<form {id}method="post" action="{url}" hx-post="{url}" hx-target="find .outcome" class="{css}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        '<input type="hidden" name="next" value="{next}">'
        '<input type="hidden" name="version" value="{version}">{content}<div class="outcome"></div></form>',
        id=format_html('id="{}" ', form_id) if form_id else "", url=url, css=css, token=get_token(request),
        next=request.get_full_path(), content=content, version=row.audit_ver,
    )  # fmt: skip
