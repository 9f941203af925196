"""The form of a command: `{% command "start-task" task %}<button>Start</button>{% endcommand %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from projects.gates import links

register = template.Library()
register.simple_tag(links.page_of)


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
