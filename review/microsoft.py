"""Signing in by OpenID Connect at Microsoft Entra ID, which says who somebody is and what they may here.

allauth takes the steps, with a state and PKCE. What it leaves open is closed here: the ID token is checked whole, with
its signature and a nonce; an account is known by the provider's `sub` alone, and never by an address, which its owner
may choose; the app roles in the claim `roles` are the groups, and without one nobody comes in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from requests import RequestException, Response, Session

from review.roles import Role, give

type View = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger(__name__)
PROVIDER = "microsoft"
LONGEST_NAME = 150  # of each field of an account
SECONDS_OF_A_DISCOVERY = 3600
CLOCKS_DIFFER = 60  # seconds


class RefusedError(OAuth2Error):
    """What the provider said is not believed; the text says why, and holds nothing of a token."""


def nonce_of(code_verifier: str) -> str:
    """What ties an ID token to the browser that began: made of PKCE's secret, which only its session knows."""
    return str(salted_hmac("review.microsoft", code_verifier, algorithm="sha256").hexdigest())


class Steps(OpenIDConnectOAuth2Adapter):
    """The steps between this app and the provider."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider tells of itself, asked once an hour."""
        issuer = self.get_provider().app.settings["server_url"]
        told: dict[str, Any] = cache.get_or_set(
            f"openid:{issuer}", lambda: super(Steps, self).openid_config, SECONDS_OF_A_DISCOVERY
        )
        if told.get("issuer") != issuer:
            raise RefusedError(f"the provider calls itself {told.get('issuer')}, and REVIEW_OIDC_ISSUER is {issuer}")
        return told

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends the browser back to."""
        return str(request.build_absolute_uri(reverse("microsoft_callback")))

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """The tokens for the code that the browser brought."""
        self.nonce = nonce_of(pkce_code_verifier or "")
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **told: Any) -> SocialLogin:
        """Who it is.

        Raises:
            RefusedError: the ID token is not one of this provider, for this app and this browser, of now.
        """
        claims = self._claims(app, told["response"].get("id_token", ""))
        return self.get_provider().sociallogin_from_response(request, claims)

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            keys = session.get(self.openid_config["jwks_uri"]).json()
        try:
            key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(id_token).get("kid", "")]
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=["RS256"],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_DIFFER,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise RefusedError(f"the ID token is refused, {type(error).__name__}") from error
        if not constant_time_compare(str(claims.get("nonce")), self.nonce):
            raise RefusedError("the ID token is for another browser")
        return claims


class Microsoft(OpenIDConnectProvider):
    """What of a token is read, and what is kept: no address."""

    oauth2_adapter_class = Steps

    def get_pkce_params(self) -> dict[str, str]:
        """With the nonce that goes with them."""
        told = super().get_pkce_params()
        return {**told, "nonce": nonce_of(told["code_verifier"])}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None."""
        return []

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The roles."""
        told = data.get("roles")
        return {"roles": [role for role in Role if isinstance(told, list) and role in told]}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """What somebody is called."""
        return {name: data.get(claim) for name, claim in (("name", "name"), ("username", "preferred_username"))}


class ByRole(DefaultSocialAccountAdapter):
    """Whoever has a role comes in, and has the groups of that role; whoever has none does not."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Take the roles as they are now, also away."""
        roles = sociallogin.account.extra_data["roles"]
        if sociallogin.is_existing:
            give(sociallogin.user, roles)
        if not roles:
            logger.warning("Nobody was signed in by OpenID Connect: the account has no role.")
            raise ImmediateHttpResponse(_not_signed_in(request, "no role"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """For all with a role."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """The name as the provider tells it; it is used when the account is made."""
        user = sociallogin.user
        first, _, last = str(data.get("name") or "").partition(" ")
        user.first_name, user.last_name = first[:LONGEST_NAME], last[:LONGEST_NAME]
        user.username = str(data.get("username") or "")[:LONGEST_NAME]
        user.is_staff = True
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account, with its roles."""
        with transaction.atomic():
            user = super().save_user(request, sociallogin, form)
            give(user, sociallogin.account.extra_data["roles"])
        return user

    def get_requests_session(self) -> Session:
        """One for which a provider that fails is away."""
        session: Session = super().get_requests_session()
        session.hooks["response"].append(_must_not_fail)
        return session

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        **_: Any,
    ) -> None:
        """Tell the person, and the administrator why."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(_not_signed_in(request, "cancelled"))
        raise ImmediateHttpResponse(_failed(request, exception))


def _must_not_fail(answer: Response, **_: Any) -> None:
    if answer.status_code >= 500:  # noqa: PLR2004 - the first status of a server that fails
        answer.raise_for_status()


def _failed(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    away = isinstance(exception, RequestException)
    logger.warning("Nobody was signed in by OpenID Connect: %s.", _reason(exception))
    return _not_signed_in(request, "away" if away else "failed", status=502 if away else 403)


def _reason(exception: Exception | None) -> str:
    """Without what the provider's own words may hold of a token or a person."""
    if isinstance(exception, RefusedError):
        return str(exception)
    if exception is None:
        return "the browser came back without what it was sent with, or with an error"
    told = re.search(r"AADSTS\d+|invalid_[a-z]+|unauthorized_[a-z]+", str(exception))
    return told.group() if told else type(exception).__name__


def _not_signed_in(request: HttpRequest, why: str, status: int = 403) -> HttpResponse:
    return render(request, "account/not_signed_in.html", {"why": why}, status=status)


def _explained(view: View) -> View:
    """For whoever is not signed in yet; there only where it is set up, and what fails is told."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except (RequestException, OAuth2Error) as error:
            return _failed(request, error)

    return cast(View, answer)


@_explained
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider. By a link: it may send the browser on to wherever an organisation signs in, as no form may."""
    provider = get_adapter(request).get_provider(request, PROVIDER)
    return provider.redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))


@_explained
def come_back(request: HttpRequest) -> HttpResponse:
    """From the provider."""
    return OAuth2CallbackView.adapter_view(Steps(request, PROVIDER))(request)


def is_there() -> bool:
    """Whether staff can sign in so."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


def decides_about(person: User) -> bool:
    """Whether somebody's password and roles are the provider's affair."""
    return is_there() and bool(SocialAccount.objects.filter(user=person).exists())
