"""Names of versions, as links where one may follow them."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.models import ArtefactVersion
from registry.selectors import Naming

register = template.Library()


@register.simple_tag
def version_name(naming: Naming, version: ArtefactVersion) -> SafeString | str:
    page = naming.page(version)
    return format_html('<a href="{}">{}</a>', page, naming.name(version)) if page else naming.name(version)


@register.filter
def sees(naming: Naming, version: ArtefactVersion) -> bool:
    return naming.may_see(version)
