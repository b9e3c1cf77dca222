"""The addresses: signing in and out, whether all is well, and the admin for everything else."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.mfa.base.views import authenticate
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.http import require_safe

from review import microsoft, second_factor
from review.admin.queue import queue
from review.dashboard import page as dashboard
from review.examples import download
from review.health import health

admin.autodiscover()
# The admin's own form knows no second factor.
admin.site.login = secure_admin_login(require_safe(admin.site.login))
urlpatterns = [
    path("inloggen/", account.login, name="account_login"),
    path("inloggen/uitgezet/", account.account_inactive, name="account_inactive"),
    path("inloggen/code/", authenticate, name="mfa_authenticate"),
    path("inloggen/microsoft/", microsoft.begin, name="microsoft"),
    path("inloggen/microsoft/terug/", microsoft.come_back, name="microsoft_callback"),
    path("tweede-stap/", second_factor.SetUp.as_view(), name="mfa_activate_totp"),
    path("tweede-stap/herstelcodes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tweede-stap/herstelcodes/nieuw/", second_factor.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("uitloggen/", LogoutView.as_view(), name="logout"),
    path("gezond/", health, name="health"),
    path("overzicht/", admin.site.admin_view(dashboard.page), name="dashboard"),
    path("overzicht/<slug:name>.csv", admin.site.admin_view(dashboard.sheet), name="dashboard_sheet"),
    path("leerzaam/", admin.site.admin_view(queue), name="queue"),
    path("verbeteringen/", admin.site.admin_view(download), name="export_examples"),
    path("", admin.site.urls),
]
