"""One's own account, the accounts of the site for its administrators, and the page behind an invitation."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors
from accounts.models import User
from accounts.services import invitations
from crispmlq.errors import DomainError, NotFound

PAGE = 50


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """One's own account and how one signs in."""
    return render(request, "account/profile.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """All accounts; each that has no password yet can be given a link. For administrators; nobody else knows of it."""
    if not request.actor.is_administrator:
        raise NotFound("There is nothing here, or you may not know that there is.")
    error, link, invited = None, "", None
    if request.method == "POST":
        try:
            invited, key = _invited(request)
            link = request.build_absolute_uri(f"{reverse('accounts:join')}?key={key}")
        except DomainError as refusal:
            error = refusal
    page = Paginator(selectors.accounts(), PAGE).get_page(request.GET.get("page"))
    return render(
        request, "account/people.html",
        {"section": "people", "page": page, "error": error, "link": link, "invited": invited, "days": invitations.DAYS,
         "given": request.POST if error else {}},
        status=error.status if error else 200,
    )  # fmt: skip


def _invited(request: HttpRequest) -> tuple[User, str]:
    """Somebody who is here already, or a new account; and the key of the link."""
    if known := request.POST.get("account"):
        user = User.objects.filter(username=known).first()
        if user is None:
            raise NotFound("There is no such account.")
        return user, invitations.invite(user=user, by=request.actor)
    given = {name: request.POST.get(name, "").strip() for name in ("username", "display_name", "email")}
    return invitations.add(**given, by=request.actor)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "key")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Where an invitation leads: to choose a password."""
    key = request.POST.get("key") or request.GET.get("key", "")
    user, error, is_done = None, None, False
    try:
        user = invitations.invited(key)
        if request.method == "POST":
            invitations.accept(key=key, password=request.POST.get("password", ""))
            is_done = True
    except DomainError as refusal:
        error = refusal
    return render(
        request, "account/join.html", {"user": user, "key": key, "error": error, "is_done": is_done},
        status=error.status if error else 200,
    )  # fmt: skip
