"""The keys of the trail, where auditors expect them: `/.well-known/crispmlq-vkey`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from audit import keys
from audit.models import Log
from crispmlq.errors import NotFound


@login_not_required
@require_safe
def vkey(request: HttpRequest) -> HttpResponse:
    """One line for each key that has signed this trail, newest first. Public: they are for strangers."""
    if not Log.objects.exists():
        raise NotFound("This trail has no key yet.")
    return HttpResponse("\n".join(keys.published()) + "\n", content_type="text/plain; charset=utf-8")
