"""Elder pages 长者版 (requirements E9, I10): ``?elder=1`` on any citizen page chooses them, ``?elder=0`` leaves them.

The choice is a cookie of a year. Phone pages that are no Django pages read the cookie of large print beside it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

COOKIE, LARGE = "ankang_elder", "ankang_large"
YEAR = 365 * 86_400
Next = Callable[[HttpRequest], HttpResponse]


def elder_from_address(get_response: Next) -> Next:
    """Take the choice from the address for this answer, and keep it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("elder", "")
        if wanted not in ("0", "1"):
            return get_response(request)
        for name in (COOKIE, LARGE):
            request.COOKIES[name] = wanted
        response = get_response(request)
        for name in (COOKIE, LARGE):
            response.set_cookie(name, wanted, max_age=YEAR, samesite="Lax")
        return response

    return middleware


def is_elder(request: HttpRequest) -> bool:
    """Whether the reader chose the elder pages."""
    return request.COOKIES.get(COOKIE) == "1"
