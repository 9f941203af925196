"""Tags shared by all templates: icons, badges, numbers, times, and the head of a page."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from ui.icons import ICONS

register = template.Library()

MENTION = re.compile(r"(?<![\w@.])@([\w.+-]*\w)")

ABBREVIATIONS = {"ml": "ML", "qa": "QA", "auc": "AUC", "id": "ID", "eu": "EU", "ai": "AI"}

# state -> (tone, icon); the word beside them is the state's own label.
TONES = {
    **dict.fromkeys(["passed", "done", "accepted", "confirmed", "approved", "closed", "registered"], ("good", "check")),
    **dict.fromkeys(["good", "resolved", "met", "pass", "granted", "approve"], ("good", "check")),
    **dict.fromkeys(["complete", "chosen", "signed"], ("good", "check")),
    **dict.fromkeys(["open", "active", "in_progress", "in_operation", "planned", "performed"], ("accent", "arrow")),
    **dict.fromkeys(["running", "rolling_out"], ("accent", "arrow")),
    **dict.fromkeys(["in_review", "submitted", "requested"], ("info", "clock")),
    **dict.fromkeys(["reconfirm", "treated", "on_hold", "draft", "unknown", "iterate", "backtrack", "hold"],
                    ("warn", "warning")),
    **dict.fromkeys(["rejected", "not_met", "stopped", "stop", "rated", "object", "missed", "refused",
                     "faulty", "objected", "failed"],
                    ("bad", "cross")),
    **dict.fromkeys(["acknowledged", "cause_known", "check"], ("warn", "warning")),
    **dict.fromkeys(["violated", "no_data"], ("bad", "cross")),
    "on_track": ("good", "check"),
    "at_risk": ("warn", "warning"),
    "locked": ("", "lock"),
    "retired": ("", "stop"),
    "finished": ("", "check"),
    "waived": ("info", "flag"),
    "partly": ("warn", "warning"),
    "added": ("accent", "plus"),
    "changed": ("info", "pen"),
    "gone": ("", "cross"),
    "needs_review": ("info", "clock"),
    "failed": ("bad", "cross"),
}  # fmt: skip


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; decoration unless a `label` says what it means."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}><path d="{}"/></svg>', said, ICONS[name])


@register.simple_tag
def badge(state: str, label: str = "") -> SafeString:
    tone, name = TONES.get(state, ("", "dot"))
    words = label or str(state).replace("_", " ").replace("-", " ").capitalize()
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(name), words)


@register.simple_tag
def state_of(row: Any) -> SafeString:
    """The badge of a row's state, in the words of its model."""
    return badge(row.state, row.get_state_display())


@register.filter
def tone(level: str) -> str:
    """The tone of a message of Django's, by its level."""
    return {"error": "bad", "warning": "warn"}.get(level, "good")


@register.filter
def number(value: Any) -> str:
    """A decimal without trailing zeros, thousands apart."""
    if value is None or value == "":
        return "–"
    value = Decimal(str(value))
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(",", "\u202f")


@register.filter
def short_number(value: float | None) -> str:
    """A computed number to six digits."""
    return "–" if value is None else f"{value:.6g}"


@register.filter
def plain_number(value: Any) -> str:
    """A decimal as one would type it; empty for none."""
    text = f"{Decimal(str(value)):f}" if value not in (None, "") else ""
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """How long ago, with the exact time in UTC for who looks closer."""
    if at is None:
        return "–"
    exact = at.strftime("%Y-%m-%d %H:%M UTC")
    since = timesince(at, timezone.now()).split(",")[0]
    words = "just now" if since.startswith("0") else f"{since} ago"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, words)


@register.filter
def lasting(minutes: float | None) -> str:
    """A length of time in the unit one would say it in: `35 min`, `36 h`, `11 days`."""
    if minutes is None:
        return "–"
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 72 * 60 else f"{minutes / 1440:.0f} days"


@register.filter
def day(value: date | None) -> SafeString | str:
    return format_html('<time datetime="{0}">{0}</time>', value.isoformat()[:10]) if value else "–"


@register.filter
def words(key: Any) -> str:
    """A key as words: `ml-expert` → `ML expert`."""
    text = str(key).replace("_", " ").replace("-", " ")
    return " ".join(ABBREVIATIONS.get(word.strip(","), word) for word in text.split(" "))


@register.filter
def initials(name: str) -> str:
    parts = [part for part in str(name).split() if part[0].isalpha() and not part.endswith(".")]
    return "".join(part[0] for part in parts[:2]).upper() or "?"


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def cell(value: Any) -> Any:
    """A value of a table, as one reads it."""
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return ago(value)
        case date():
            return day(value)
        case Decimal():
            return number(value)
        case list():
            return ", ".join(map(str, value))
        case str() if len(value) > 160:
            return value[:160].rsplit(" ", 1)[0] + " …"
    return value


@register.filter
def kind(row: Any) -> str:
    """Kind of a row, as the trail names it: `projects.task`."""
    return row._meta.label_lower


@register.filter
def mentions(text: str) -> SafeString:
    """A text in which `@names` stand out; everything else is escaped."""
    parts = enumerate(MENTION.split(text))
    shown = ((format_html('<span class="mention">@{}</span>', part) if at % 2 else part,) for at, part in parts)
    return format_html_join("", "{}", shown)


@register.filter
def split(text: str) -> list[str]:
    return text.split()
