"""The page of the policies: for everybody to read, for administrators to change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from crispmlq.errors import DomainError, NotAllowed
from policies import definitions, forms, selectors, services
from policies.models import PolicySet

SHOWN = 20  # versions in the list; older ones by the API


@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest) -> HttpResponse:
    """After a refusal what was typed stays in the form, beside what holds."""
    now = selectors.in_force()
    typed, error = now.values, None
    if request.method == "POST":
        try:
            typed, version = forms.read(request.POST)
            reason = request.POST.get("reason", "")
            services.change(values=typed, reason=reason, by=request.actor, expected=version)
            messages.success(request, "The policies hold from now on.")
            return redirect("policies:policies")
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    roles, checks = selectors.known_roles_and_checks()
    context = {
        "section": "policies",
        "now": now,
        "policies": [(policy, now[policy.key], typed[policy.key]) for policy in definitions.POLICIES],
        "gates": definitions.GATES,
        "roles": roles,
        "advice": [check for check in checks.values() if not check.blocking],
        "waivable": [check for check in checks.values() if check.waivable],
        "versions": PolicySet.objects.select_related("set_by")[:SHOWN],
        "error": error,
        "may_change": request.actor.is_administrator,
    }
    return render(request, "policies/policies.html", context, status=error.status if error else 200)
