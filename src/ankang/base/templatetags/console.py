"""What every list of the console shows above itself: kept filters, and the way to an export."""

from typing import Any

from django import template
from django.urls import reverse

from ..exports import exports_at
from ..permissions import permissions_of
from ..saved_filters import clean_query, filters_of

register = template.Library()


@register.inclusion_tag("base/lists/bar.html", takes_context=True)
def list_bar(context: Any) -> dict[str, Any]:
    """Filters kept for this list, the form that keeps the present one, and the export."""
    request = context["request"]
    query = clean_query(request.GET.urlencode())
    kept = list(filters_of(request.user, request.path)) if permissions_of(request.user) else []
    subject = exports_at(request.user, request.path)
    return {
        "kept": [{"row": row, "mine": row.owner == request.user.pk, "here": row.query == query} for row in kept],
        "query": query,
        "path": request.path,
        "new": query and not any(row.query == query for row in kept),
        "export": f"{reverse('ask_export')}?list={subject.key}&{query}" if subject else "",
        "csrf_token": context.get("csrf_token"),
    }
