"""Who acts in a request, and that somebody has signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

from accounts.actors import Actor


class ActorMiddleware:
    """Sets `request.actor` for pages: the signed-in account, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = Actor(request.user) if request.user.is_authenticated else None
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view needs sign-in unless it is marked `login_not_required`."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponse]) -> HttpResponse:
        response = super().handle_no_permission(request, view_func)
        if not request.headers.get("HX-Request"):
            return response
        # A redirect would be followed unseen, and the sign-in page put into the middle of the old one.
        return HttpResponse(status=401, headers={"HX-Redirect": response.headers["Location"]})
