"""Pages of the organisation's own words in reports: for everybody to read, for administrators to set."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from compliance.documents import wording
from compliance.documents.kinds import KINDS, kind_of
from compliance.services import wordings
from crispmlq.errors import DomainError, NotAllowed
from ui.numbers import whole


@require_safe
def of_all(request: HttpRequest) -> HttpResponse:
    kinds = [(kind, wordings.in_force(kind.key)) for kind in KINDS.values()]
    return render(request, "compliance/wordings.html", {"section": "policies", "kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
def of_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Saves, or with the button “preview” only shows; after a refusal what was typed stays in the form."""
    found, now, error, preview = kind_of(kind), wordings.in_force(kind), None, ()
    typed = {name: request.POST.get(name, getattr(now, name)) for name in wording.LONGEST}
    if request.method == "POST":
        try:
            if "preview" not in request.POST:
                expected = whole(request.POST.get("version", ""))
                wordings.change(kind=kind, by=request.actor, expected=expected, **typed)
                messages.success(request, "Reports are made with these words from now on.")
                return redirect("compliance:wording", kind)
            preview = wording.preview(wording.Wording(**typed), found.title)
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    context = {
        "section": "policies", "kind": found, "now": now, "typed": typed, "error": error, "preview": preview,
        "fields": wording.FIELDS, "may_change": request.actor.is_administrator and not request.actor.is_machine,
    }  # fmt: skip
    return render(request, "compliance/wording.html", context, status=error.status if error else 200)
