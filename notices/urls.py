"""Pages of one's own notices."""

from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [
    path("notices", views.inbox, name="inbox"),
    path("notices/count", views.count, name="count"),
    path("notices/seen", views.see, name="see"),
    path("notices/preference", views.prefer, name="prefer"),
    path("notices/<uuid:pk>/open", views.open_one, name="open"),
]
