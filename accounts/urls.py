"""Own pages, and redirects over those of the sign-in library that would write accounts outside the trail."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from accounts import views

to_profile = RedirectView.as_view(pattern_name="profile")

own = [
    path("people", views.people, name="people"),
    path("join", views.join, name="join"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("profile/", views.profile, name="profile"),
    path("email/", to_profile),
    path("signup/", RedirectView.as_view(pattern_name="account_login")),
]
