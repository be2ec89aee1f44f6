"""The on-screen phone of the demonstration: the newest messages of a number. Not there outside the demonstration."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import NotFound
from ankang.base.permissions import public
from ankang.core.masking import mask_phone

from ..drafts import remember_number, remembered_number
from ..forms import NumberForm, posted
from ..messages import latest_messages

MESSAGES_SHOWN = 8


@public("only in the demonstration, where messages go to made-up numbers")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Shows the messages of the number this browser used last, or of the one entered; renews itself."""
    _only_demo()
    number = remembered_number(request)
    form = NumberForm(posted(request), initial={"phone": number.removeprefix("+86")})
    if request.method == "POST" and form.is_valid():
        remember_number(request, form.cleaned_data["phone"])
        return redirect("demo_phone")
    return render(
        request, "people/demo_phone.html", _shown(number) | {"form": form}, status=422 if form.errors else 200
    )


@public("only in the demonstration, where messages go to made-up numbers")
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The part of the page that renews itself."""
    _only_demo()
    return render(request, "people/demo_messages.html", _shown(remembered_number(request)))


def _shown(number: str) -> dict[str, object]:
    found = latest_messages(number, MESSAGES_SHOWN) if number else []
    return {"number": number, "masked_number": mask_phone(number) if number else "", "messages_shown": found}


def _only_demo() -> None:
    if not settings.ANKANG_DEMO:
        raise NotFound()
