"""The second factor of local accounts: a code of an app on somebody's phone, or a recovery code.

Who signs in at Microsoft is asked for one there. allauth checks the codes; a code works once and wrong ones are counted
in the cache that all processes share.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.signals import user_logged_in
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.signals import authenticator_used
from allauth.mfa.totp.views import ActivateTOTPView
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from review.audit import note

logger = logging.getLogger(__name__)
# In the session: of whom it was asked there, or at the provider.
PASSED = "second_factor"
SET_UP = "mfa_activate_totp"
OPEN = {SET_UP, "logout", "admin:logout"}
FACTOR, CODE = "tweede stap", "herstelcode"


class Adapter(DefaultMFAAdapter):
    """Secrets are encrypted in the database, by a key that is made of REVIEW_SECRET."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Deze code klopt niet, of is al gebruikt. Wacht op de volgende code in je app.",
    }

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        return str(_cipher().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used; after another REVIEW_SECRET one that no code fits."""
        try:
            return str(_cipher().decrypt(encrypted_text.encode()).decode())
        except InvalidToken:
            logger.warning("The secret of a second factor was made with another REVIEW_SECRET.")
            return str(get_random_string(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))


def _cipher() -> Fernet:
    key = salted_hmac("review.second_factor", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


class Required:
    """Middleware that lets nobody go on who signed in by password alone: to set it up, or to begin again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Where to instead of the page; None lets it be."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.session.get(PASSED) == request.user.pk or request.resolver_match.view_name in OPEN:
            return None
        if is_set_up(request.user):  # in another browser, since this one gave the password
            logout(request)
            return redirect("account_login")
        return redirect(SET_UP)


class SetUp(ActivateTOTPView):
    """Where somebody gives a first code of their app; the recovery codes come after it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Once, and not for who signed in at the provider."""
        if request.session.get(PASSED) or is_set_up(request.user):
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """It is set up, and given in this browser."""
        answer = super().form_valid(form)
        self.request.session[PASSED] = self.request.user.pk
        note(self.request.user, FACTOR, "uit", "aan")
        return answer


class NewCodesForm(BaseAuthenticateForm):
    """A code of the app: whoever finds an open browser makes no recovery codes."""


class NewCodes(GenerateRecoveryCodesView):
    """Recovery codes in the place of those that there are."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Of who has a second factor here."""
        if not is_set_up(request.user):
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """They are made, and shown once."""
        note(self.request.user, "herstelcodes", "", "nieuw")
        return super().form_valid(form)


@receiver(user_logged_in)
def _at_the_provider(request: HttpRequest, user: User, **told: Any) -> None:
    if "sociallogin" in told:
        request.session[PASSED] = user.pk


@receiver(authenticator_used)
def _here(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    request.session[PASSED] = user.pk
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        note(user, CODE, "", "gebruikt", actor=user)
        authenticator.refresh_from_db()
        left = len(authenticator.wrap().get_unused_codes())
        messages.warning(request, f"Je gebruikte een herstelcode. Je hebt er nog {left}.")


def is_set_up(person: User) -> bool:
    """Whether somebody has a second factor here."""
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def reset(person: User, by: str | None = None) -> None:
    """Let somebody who lost the phone set it up anew, and end their sessions: the phone may have had one.

    Args:
        person: who lost it.
        by: for the log, where nobody is signed in.
    """
    Authenticator.objects.filter(user=person).delete()
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
    note(person, FACTOR, "aan", "teruggezet", actor_email=by)


def forget_wrong_codes(request: HttpRequest, person: User) -> None:
    """Let somebody try codes again."""
    ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{person.pk}")
