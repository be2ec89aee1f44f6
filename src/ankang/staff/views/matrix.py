"""The public page: which role holds which permission, straight from the code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ankang.base.permissions import public

from ..words import matrix, roles_in_words


@public("Everybody may know who may do what with their data.")
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """Roles × permissions."""
    return render(request, "staff/permissions.html", {"rows": matrix(), "roles": roles_in_words()})
