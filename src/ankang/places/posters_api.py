"""HTTP of posters: those of some checkpoints as one PDF (B3)."""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from ankang.base.api.shapes import Given, Number
from ankang.base.permissions import requires

from .services import checkpoints_of
from .services.poster_files import MOST, part_of, posters_pdf

router = Router(tags=["places"])


class PostersIn(Given):
    """Whose posters: of these checkpoints, or of a state; A4 to hang up, or A6, four to a sheet."""

    checkpoint: Annotated[list[Number], Field(max_length=MOST)] = []
    state: Literal["planned", "built", "in_use", "closed", ""] = ""
    size: Literal["a4", "a6"] = "a4"
    part: Annotated[int, Field(ge=1, le=1_000_000, description="which 500 of them, from 1")] = 1


@router.get("posters")
@requires("checkpoints.view")
def get_posters(request: HttpRequest, wanted: Query[PostersIn]) -> Any:
    """At most 500 posters as one PDF, by site number; of more, part by part: the file's name says which of how many. A part
    beyond the last is not found.

    Errors: not_found, pdf_too_large, pdf_too_slow.
    """
    rows = checkpoints_of(request.user, "checkpoints.view").order_by("site_no", "pk")
    rows = rows.filter(pk__in=wanted.checkpoint) if wanted.checkpoint else rows
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    part = part_of(rows, wanted.part)
    made = posters_pdf(part.doors, settings.ANKANG_PUBLIC_URL, wanted.size)
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="posters-{wanted.size}-{part.name}.pdf"'
    return answer
