"""The start page, the notice about data, and the reader's choices of language and print size."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ankang.base.permissions import public

from ..drafts import remembered_number
from ..elder import is_elder
from ..paths import local_path
from ..words import PURPOSE_WORDS

LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}
YEAR = 365 * 86_400


@public("everybody may read what this is")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the ways on: apply, my code, the door, the console. For elders: four large ways."""
    if is_elder(request):
        return render(request, "people/elder.html")
    return render(request, "people/home.html", {"number": remembered_number(request) if settings.ANKANG_DEMO else ""})


@public("everybody may read how their data is used")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Which data, for what, for how long, and the reader's rights."""
    return render(request, "people/privacy.html", {"purposes": PURPOSE_WORDS})


@public("a reader's own choice, kept in a cookie")
@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """``/lang?to=en&next=/apply``: read on in the other language."""
    response = _back(request)
    code = LANGUAGES.get(request.GET.get("to", ""), settings.LANGUAGE_CODE)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax")
    return response


@public("a reader's own choice, kept in a cookie")
@require_safe
def large_print(request: HttpRequest) -> HttpResponse:
    """``/large?to=on&next=/apply``: larger letters, fewer things."""
    response = _back(request)
    if request.GET.get("to") == "on":
        response.set_cookie("ankang_large", "1", max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie("ankang_large", samesite="Lax")
    return response


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(local_path(request.GET.get("next", ""), "/"))
