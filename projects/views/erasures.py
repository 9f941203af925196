"""The page on which an administrator finds personal data in the trail, and erases it.

The text one looks for comes by POST, so that no name stands in an address or a log of addresses.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.erasing import Target
from crispmlq.errors import DomainError, Invalid, NotAllowed
from projects import access
from projects.services import erasures as service
from projects.views.commands import done
from projects.views.pages import show
from projects.views.readers import require_text


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    access.require_erasing(request.actor)
    given, context = request.POST, {}
    if request.method == "POST":
        require_text(given)
        try:
            if "erase" in given:
                return _erase(request)
        except NotAllowed:
            raise
        except DomainError as error:
            context["error"] = error
        context |= _found(request)
    status = context["error"].status if "error" in context else 200
    answer = show(request, "projects/erase.html", given=given, section="trail", **context)
    answer.status_code = status
    return answer


def _erase(request: HttpRequest) -> HttpResponse:
    given = request.POST
    if "sure" not in given:
        raise Invalid("Confirm that you have looked at everything you chose.", errors={"sure": ["Confirm this."]})
    chosen = [_target(each) for each in given.getlist("value")]
    made = service.erase(
        targets=chosen, usernames=given.getlist("account"), basis=given.get("basis", ""), by=request.actor
    )
    said = f"Erased: {made.values} values and {made.accounts} accounts. Each erasure is told in the trail it concerns."
    return done(request, said, reverse("projects:erase"))


def _found(request: HttpRequest) -> dict[str, Any]:
    try:
        found = service.find(text=request.POST.get("text", ""), by=request.actor)
    except Invalid as error:
        return {"error": error}
    return {"found": found, "chosen": {*request.POST.getlist("value"), *request.POST.getlist("account")}}


def _target(given: str) -> Target:
    uid, _, path = given.partition(" ")
    try:
        return Target(UUID(uid), path)
    except ValueError:
        raise Invalid("Choose values from the list.") from None
