"""The staff app's settings as they are read in production."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import pytest

SETTINGS = Path(__file__).parents[2] / "review" / "settings.py"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"  # noqa: S105
HOST = "meelezen.example.nl"
PRODUCTION = {
    "REVIEW_SECRET": SECRET,
    "REVIEW_HOSTS": HOST,
    "REVIEW_DATABASE_URL": "sqlite:///never-made.db",
    "REVIEW_MAIL_HOST": "mail.example.nl",
    "REVIEW_MAIL_FROM": "Reflectiecoach <coach@example.nl>",
}

# Signing in at Entra.
OIDC = {
    "REVIEW_OIDC_ISSUER": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
    "REVIEW_OIDC_CLIENT_ID": "99999999-2222-3333-4444-555555555555",
    "REVIEW_OIDC_SECRET": "not-told-to-anybody",
}


def read(**environment: str) -> dict[str, Any]:
    """The settings with this environment alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("REVIEW_")]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))


def of_security() -> dict[str, Any]:
    """Those by which production is guarded, to be set over the tests' own."""
    names = ("SECURE_", "SESSION_", "CSRF_", "ALLOWED_HOSTS")
    return {name: value for name, value in read(**PRODUCTION).items() if name.startswith(names)}
