"""Parts of pages that take content: a step of the path, a table with all that goes with it, a row that opens."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def crumb(text: Any, view: str, *where: Any) -> SafeString:
    """A step of the path above a heading; the base page begins it with the projects and this project."""
    return format_html('<li><a href="{}">{}</a></li>', reverse(view, args=where), text)


@register.simple_block_tag(takes_context=True)
def table(
    context: Context,
    content: str,
    titled_by: str = "",
    *,
    label: str = "",
    classes: str = "",
    of: Any = None,
    icon: str = "list",
    empty: str = "",
    hint: str = "",
) -> SafeString:
    """A table that scrolls sideways by itself, named by the element `titled_by` or by `label`.

    With `of`, the rows or the page of rows it shows: what stands there instead while there are none (`icon`, `empty`,
    `hint`), and links to the other pages.
    """
    parts = {
        "content": content,
        "titled_by": titled_by,
        "label": label,
        "classes": classes,
        "is_empty": of is not None and not of,
        "page": of if hasattr(of, "paginator") else None,
        "icon_name": icon,
        "empty": empty,
        "hint": hint,
    }
    return context.template.engine.get_template("_components/table.html").render(context.new(parts))


@register.simple_block_tag(takes_context=True)
def disclosure(context: Context, content: str, text: str) -> SafeString:
    """A row that opens, at the end of a card: most often a form to add something."""
    parts = {"content": content, "text": text}
    return context.template.engine.get_template("_components/disclosure.html").render(context.new(parts))
