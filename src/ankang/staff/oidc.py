"""Sign-in at an agency's own provider (OpenID Connect Core 1.0): nothing in the answer is believed unchecked.

allauth runs the code flow with state and PKCE. Here: providers come from the table, the ID token's signature, issuer,
audience, nonce and age are always checked, and only accounts that somebody linked get in.
"""

import hmac
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from requests import RequestException
from requests.adapters import HTTPAdapter

from ankang.base.errors import NotFound, Problem
from ankang.base.middleware import render_problem

from .errors import NotLinked, SignInRefused
from .models import OidcProvider
from .pending import take_pending
from .services import accept_invitation, note

log = logging.getLogger("ankang")
ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 30
NO_OLDER = 600
_MOST = 64 * 1024


class SmallAnswers(HTTPAdapter):
    """Fetches with a bound: raises RequestException for an answer of more than 64 kB, before the rest of it is read."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer, read whole."""
        answer = super().send(request, *args, **{**kwargs, "stream": True})
        answer._content = answer.raw.read(_MOST + 1, decode_content=True)
        if len(answer._content) > _MOST:
            answer.close()
            raise RequestException("an answer of more than 64 kB")
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer


class AgencyAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Fetches the token and checks it. ``nonce``: what this browser's sign-in was started with."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says about itself; it must be the issuer that was entered."""
        config: dict[str, Any] = super().openid_config
        if config.get("issuer", "").rstrip("/") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("another issuer")
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Who it is, by the ID token alone."""
        claims = self._claims(app, str(kwargs["response"].get("id_token") or ""))
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(id_token).get("kid")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key(kid),
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise OAuth2Error(f"ID token refused: {type(error).__name__}") from error
        self._check(claims, app.client_id)
        return claims

    def _key(self, kid: str | None) -> Any:
        with get_social_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if kid is None or key.key_id == kid]
        if not keys:
            raise OAuth2Error("unknown key")
        return keys[0]

    def _check(self, claims: dict[str, Any], client_id: str) -> None:
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("another nonce")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
            raise OAuth2Error("another party")
        if time.time() - claims["iat"] > NO_OLDER:
            raise OAuth2Error("an old token")
        if not str(claims["sub"]).strip() or len(str(claims["sub"])) > 190:
            raise OAuth2Error("no subject")


class AgencyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """A provider of the table. Asks for who somebody is, and for nothing else."""

    oauth2_adapter_class = AgencyAdapter
    pkce_enabled_default = True

    def redirect(self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """To the provider, with a nonce that the answer must carry."""
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"], kwargs["scope"] = {"nonce": nonce}, ["openid"]
        return super().redirect(request, process, next_url, data, nonce=nonce, **kwargs)

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing that the provider says about the person is kept."""
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        """Names come from the invitation."""
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        """E-mail addresses of the provider open no account."""
        return []

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        """Notes whether the provider says that it asked for a second factor."""
        methods = response["id_token"].get("amr")
        request.session["staff_vouched"] = self.app.provider_id if isinstance(methods, list) and "mfa" in methods else None
        return super().sociallogin_from_response(request, response)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Which providers there are, and which of their accounts get in."""

    def list_apps(self, request: Any, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        """The providers in use; secrets are unsealed for the moment of the exchange."""
        rows = OidcProvider.objects.filter(active=True).order_by("name")
        if provider and provider != "openid_connect":
            rows = rows.filter(slug=provider)
        return [_app(row) for row in rows]

    def get_provider(self, request: Any, provider: str, client_id: str | None = None) -> Any:
        """The provider of this short name. Raises SocialApp.DoesNotExist."""
        return AgencyProvider(request, app=self.get_app(request, provider=provider))

    def get_requests_session(self) -> requests.Session:
        """What a provider answers is read as far as 64 kB and no further."""
        session: requests.Session = super().get_requests_session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, SmallAnswers())
        return session

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        """Never: an account of a provider is linked, or invited."""
        return False

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """An account that nobody linked gets in with an open invitation only."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        pending = take_pending(request)
        try:
            if pending is None:
                raise NotLinked()
            with transaction.atomic():
                user = accept_invitation(pending["token"], pending["username"], None, timezone.now())
        except Problem as problem:
            raise ImmediateHttpResponse(render_problem(request, problem)) from None
        sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: Any, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """One page for every answer that cannot be trusted; the cause is in the log and on the trail."""
        cause = str(exception or error)[:200]
        log.warning("sign-in at %s refused: %s", provider.app.provider_id, cause)
        after = {"provider": provider.app.provider_id, "cause": cause}
        note("provider_refused", None, timezone.now(), region=_region(provider), after=after)
        raise ImmediateHttpResponse(render_problem(request, SignInRefused()))

    def get_connect_redirect_url(self, request: Any, socialaccount: Any) -> str:
        """Back to the page of one's own sign-in."""
        return reverse("mfa_index")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Links are on the trail."""


class _Callback(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


def start(request: HttpRequest, provider_id: str) -> Any:
    """Send the browser to the provider. Raises SignInRefused when it is away or is not whom it should be."""
    adapter = _adapter(request, provider_id)
    return _trusting(lambda: OAuth2LoginView.adapter_view(adapter)(request), provider_id)


def finish(request: HttpRequest, provider_id: str) -> Any:
    """The provider's answer. Raises SignInRefused."""
    adapter = _adapter(request, provider_id)
    return _trusting(lambda: _Callback.adapter_view(adapter)(request), provider_id)


def _adapter(request: HttpRequest, provider_id: str) -> AgencyAdapter:
    if not OidcProvider.objects.filter(slug=provider_id, active=True).exists():
        raise NotFound()
    return AgencyAdapter(request, provider_id)


def _trusting(view: Callable[[], Any], provider_id: str) -> Any:
    """Whatever a provider answers that no provider should is a refusal, not a fault of ours."""
    try:
        return view()
    except (OAuth2Error, RequestException, jwt.PyJWTError, KeyError, AttributeError, TypeError, ValueError) as error:
        log.warning("sign-in at %s refused: %s", provider_id, type(error).__name__)
        raise SignInRefused() from error


def _app(row: OidcProvider) -> SocialApp:
    settings = {"issuer": row.issuer, "server_url": row.issuer, "oauth_pkce_enabled": True}
    return SocialApp(
        provider="openid_connect",
        provider_id=row.slug,
        name=row.name,
        client_id=row.client_id,
        secret=row.secret,
        settings=settings,
    )


def _region(provider: Any) -> str | None:
    return OidcProvider.objects.filter(slug=provider.app.provider_id).values_list("region", flat=True).first()
