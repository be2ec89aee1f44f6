"""The way in: allauth's pages, each with its permission said, and the pages that are ours: enrolling, invitations."""

import base64
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn import views as passkey
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ankang.base.confirming import confirmed_lately
from ankang.base.errors import BadInput, NotSignedIn, Problem
from ankang.base.permissions import public, sensitive, staff_only

from .. import oidc
from ..ceremonies import reads_answers
from ..forms import AcceptForm, EnrolCodeForm, PasskeyForm
from ..models import OidcProvider
from ..pending import keep_pending
from ..services import accept_invitation, end_this_session, note, open_invitation
from ..stages import EnrolStage

WAY_IN = "The way in: who has no account, or no second factor, gets no further."
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


class SignInView(account.LoginView):  # type: ignore[misc]
    """Password, passkey, or the agency's own sign-in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page says beside the form."""
        return {
            **super().get_context_data(**kwargs),
            "next": self.get_next_url() or "",
            "agencies": OidcProvider.objects.filter(active=True).order_by("name"),
            "signed_out": self.request.session.pop("staff_signed_out", None),
            "idle_minutes": settings.ANKANG_STAFF_IDLE // 60,
            "session_hours": settings.ANKANG_STAFF_SESSION // 3600,
        }


sign_in = public(WAY_IN)(SignInView.as_view())
inactive = public("It says that an account is closed.")(account.account_inactive)
second_factor = public(WAY_IN)(reads_answers(factor.authenticate))
passkey_sign_in = public(WAY_IN)(reads_answers(passkey.login_webauthn))


@public("Whoever is signed in may leave; who is half-way in may start again.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    if request.user.is_authenticated:
        end_this_session(request.session.session_key)
    logout(request)
    return redirect("account_login")


@public(WAY_IN)
@GET_POST
def provider_start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the agency's own sign-in. Linking one's account there is a sensitive act."""
    if "connect" in (request.GET.get("process"), request.POST.get("process")):
        if not request.user.is_authenticated:
            raise NotSignedIn()
        return _start_linking(request, provider_id)
    response: HttpResponse = oidc.start(request, provider_id)
    return response


@sensitive
def _start_linking(request: HttpRequest, provider_id: str) -> HttpResponse:
    response: HttpResponse = oidc.start(request, provider_id)
    return response


@public(WAY_IN)
@GET_POST
def provider_finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The agency's answer."""
    response: HttpResponse = oidc.finish(request, provider_id)
    return response


@public("Whoever broke off at the agency's sign-in comes back here.")
@GET_POST
def provider_cancelled(request: HttpRequest) -> HttpResponse:
    """Back to the way in."""
    return redirect("account_login")


@public(WAY_IN)
@GET_POST
@login_stage_required(stage=EnrolStage.key, redirect_urlname="account_login")
@reads_answers
def enrol(request: HttpRequest) -> HttpResponse:
    """Before the first session begins: a code generator or a passkey. POST ``code`` or ``credential``."""
    stage = request._login_stage  # type: ignore[attr-defined]
    user = stage.login.user
    by_passkey = "credential" in request.POST
    code = EnrolCodeForm(user=user, data=request.POST if request.method == "POST" and not by_passkey else None)
    key = PasskeyForm(user=user, data=request.POST if by_passkey else None)
    if by_passkey and key.is_valid():
        webauthn.WebAuthn.add(user, key.cleaned_data["name"], key.cleaned_data["credential"])
        return _enrolled(request, stage, user, "webauthn")
    if not by_passkey and code.is_valid():
        TOTP.activate(user, code.secret)
        clear_totp_secret(request)
        return _enrolled(request, stage, user, "totp")
    address = get_mfa_adapter().build_totp_url(user, code.secret)
    context = {
        "code": code,
        "passkey": key,
        "secret": code.secret,
        "totp_svg_data_uri": _picture(address),
        "js_data": {"creation_options": webauthn.begin_registration(user, True)},
    }
    return render(request, "staff/enrol.html", context)


def _enrolled(request: HttpRequest, stage: Any, user: User, factor_type: str) -> HttpResponse:
    RecoveryCodes.activate(user)
    request.session["staff_enrolled"] = True
    note("factor_added", user, timezone.now(), whom=user, after=factor_type)
    response: HttpResponse = stage.exit()
    return response


@public("Whoever got the link opens it; the link is the proof.")
@GET_POST
@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: user name and password, or the agency's own sign-in; then the second factor."""
    found = open_invitation(token, timezone.now())
    form = AcceptForm(request.POST if request.method == "POST" else None)
    providers = OidcProvider.objects.filter(active=True, region=found.region_id).order_by("name")
    if request.method == "POST" and request.POST.get("provider"):
        return _accept_at_agency(request, token, providers)
    if form.is_valid():
        try:
            return _accept(request, token, form.cleaned_data)
        except Problem as problem:
            _say(form, problem)
    return render(request, "staff/invitation.html", {"invitation": found, "form": form, "providers": providers})


def _accept(request: HttpRequest, token: str, said: dict[str, Any]) -> HttpResponse:
    with transaction.atomic():
        user = accept_invitation(token, said["username"], said["password"], timezone.now())
    record_authentication(request, user, method="password", username=user.username)
    response: HttpResponse = perform_login(request, Login(user=user))
    return response


def _accept_at_agency(request: HttpRequest, token: str, providers: Any) -> HttpResponse:
    slug = request.POST["provider"]
    if not providers.filter(slug=slug).exists():
        raise BadInput(details={"fields": {"provider": "unknown"}})
    keep_pending(request, token, request.POST.get("username", "")[:150])
    response: HttpResponse = oidc.start(request, slug)
    return response


def _say(form: AcceptForm, problem: Problem) -> None:
    faults = problem.details.get("fields", {})
    for field, fault in faults.items():
        words = {"not_a_user_name": _("3 to 150 letters, digits and @ . + - _")}
        for text in fault if isinstance(fault, list) else [words.get(fault, str(fault))]:
            form.add_error(field if field in form.fields else None, text)
    if not faults:
        field = "username" if problem.code == "name_taken" else None
        form.add_error(field, problem.message(get_language() or "zh"))


@staff_only
@GET_POST
def confirm_self(request: HttpRequest) -> HttpResponse:
    """Who is at the keyboard? To the first way that the person has: password, passkey or code."""
    wanted = request.GET.get("next", "")
    methods = get_adapter().get_reauthentication_methods(request.user)
    if confirmed_lately(request) or not methods:
        return redirect(wanted if get_adapter().is_safe_url(wanted) else "admin:index")
    return redirect(add_query_params(methods[0]["url"], {"next": wanted}))


def _picture(address: str) -> str:
    svg = get_mfa_adapter().build_totp_svg(address)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


