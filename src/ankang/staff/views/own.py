"""One's own sign-in: factors, passkeys, recovery codes, password, the agency's account, and where one is signed in."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.errors import NotFound
from ankang.base.held_forms import held_form
from ankang.base.permissions import sensitive, staff_only

from ..ceremonies import reads_answers
from ..errors import LastFactor
from ..forms import is_last_factor
from ..models import OidcProvider
from ..services import end_session, end_sessions, note, sessions_of


class _InConsole:
    """An allauth page inside the console's frame."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), "title": _("My sign-in"), **super().get_context_data(**kwargs)}  # type: ignore[misc]


def _page(view: type, template: str | None = None, **options: Any) -> Any:
    made = type(view.__name__, (_InConsole, view), {})
    return staff_only(reads_answers(made.as_view(**({"template_name": template} if template else {}), **options)))  # type: ignore[attr-defined]


password_again = _page(account.ReauthenticateView, "staff/again_password.html")
code_again = _page(factor.ReauthenticateView, "staff/again_code.html")
passkey_again = _page(passkey.ReauthenticateWebAuthnView, "staff/again_passkey.html")
add_code = _page(totp.ActivateTOTPView, "staff/code_add.html")
drop_code = _page(totp.DeactivateTOTPView, "staff/code_drop.html")
add_passkey = _page(passkey.AddWebAuthnView, "staff/passkey_add.html")
rename_passkey = _page(passkey.EditWebAuthnView, "staff/passkey_rename.html", success_url="/console/account/")
recovery_codes = _page(recovery.ViewRecoveryCodesView, "staff/recovery_codes.html")
new_recovery_codes = _page(recovery.GenerateRecoveryCodesView, "staff/recovery_codes_new.html")
download_recovery_codes = staff_only(recovery.download_recovery_codes)


class _NewPassword(account.PasswordChangeView):  # type: ignore[misc]
    """Whoever signs in with a passkey or the agency's account alone has no password to change."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_usable_password():  # type: ignore[union-attr]
            raise NotFound()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


new_password = _page(_NewPassword, "staff/password.html", success_url="/console/account/")


@staff_only
@require_safe
def own_sign_in(request: HttpRequest) -> HttpResponse:
    """All on one page: how I sign in, and where I am signed in now."""
    rows = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    linked = set(SocialAccount.objects.filter(user=request.user).values_list("provider", flat=True))
    providers = [
        {"row": row, "linked": row.slug in linked}
        for row in OidcProvider.objects.filter(active=True).order_by("name")
    ]
    context = {
        **admin.site.each_context(request),
        "title": _("My sign-in"),
        "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "code_generator": next((row for row in rows if row.type == Authenticator.Type.TOTP), None),
        "recovery": next((row.wrap() for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None),
        "providers": providers,
        "sessions": sessions_of(request.user),  # type: ignore[arg-type]
        "current": request.session.session_key,
    }
    return TemplateResponse(request, "staff/own.html", context)


@staff_only
@require_POST
@sensitive
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey; never the last factor."""
    row = Authenticator.objects.filter(pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN).first()
    if row is None:
        raise NotFound()
    if is_last_factor(row):
        raise LastFactor()
    row.delete()
    note("factor_removed", request.user, timezone.now(), whom=request.user, before="webauthn")  # type: ignore[arg-type]
    messages.success(request, _("The passkey is removed."))
    return redirect("mfa_index")


@staff_only
@require_POST
@sensitive
def unlink_provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the agency's account off mine."""
    gone, _rows = SocialAccount.objects.filter(user=request.user, provider=slug).delete()
    if not gone:
        raise NotFound()
    note("provider_unlinked", request.user, timezone.now(), whom=request.user, before=slug)  # type: ignore[arg-type]
    messages.success(request, _("The account of your agency is no longer linked."))
    return redirect("mfa_index")


@staff_only
@require_POST
def end_own_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out somewhere else."""
    end_session(request.user, pk)  # type: ignore[arg-type]
    messages.success(request, _("That session has ended."))
    return redirect("mfa_index")


@staff_only
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    ended = end_sessions(request.user, but=request.session.session_key)  # type: ignore[arg-type]
    messages.success(request, _("Sessions ended: %d.") % ended)
    return redirect("mfa_index")


@staff_only
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """The form that was sent before the person confirmed; one button sends it on."""
    kept = held_form(request)
    if kept is None:
        return redirect("admin:index")
    context = {**admin.site.each_context(request), "title": _("Go on"), "kept": kept}
    return TemplateResponse(request, "staff/held.html", context)




@staff_only
def other_password_page(request: HttpRequest) -> HttpResponse:
    """The admin's own form knows neither the trail nor the lockout: everybody is led to ours; nothing sent here is read."""
    return redirect("account_change_password")
