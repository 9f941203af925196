"""A person's own notices."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crispmlq.errors import NotFound
from notices import services
from notices.models import Delivery, Notice

PAGE = 40


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.filter(to=request.user)
    only_new = request.GET.get("show") == "new"
    shown = Paginator(mine.filter(seen_at=None) if only_new else mine, PAGE).get_page(request.GET.get("page"))
    context = {
        "notices": shown, "unseen": mine.filter(seen_at=None).count(), "only_new": only_new, "section": "notices",
        "ways": Delivery.choices, "chosen": services.preferred(request.user),
    }  # fmt: skip
    return render(request, "notices/inbox.html", context)


@require_safe
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """How many are new, for the left bar; one query, however many there are."""
    unseen = Notice.objects.filter(to=request.user, seen_at=None)[:100].count()
    return render(request, "notices/_count.html", {"unseen": unseen})


@require_POST
def open_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark it as seen and go where it leads."""
    notice = Notice.objects.filter(to=request.user, pk=pk).first()
    if notice is None:
        raise NotFound("There is no such notice, or it is not yours.")
    services.see(user=request.user, notices=[pk])
    return redirect(notice.url)


@require_POST
def see(request: HttpRequest) -> HttpResponse:
    services.see(user=request.user)
    return redirect("notices:inbox")


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    services.prefer(user=request.user, delivery=request.POST.get("delivery", ""))
    return redirect("notices:inbox")
