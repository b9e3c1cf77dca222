"""The addresses: signing in and out, whether all is well, and the admin for everything else."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path

from review.dashboard import page as dashboard
from review.health import health

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)
urlpatterns = [
    path("inloggen/", account.login, name="account_login"),
    path("inloggen/uitgezet/", account.account_inactive, name="account_inactive"),
    path("uitloggen/", LogoutView.as_view(), name="logout"),
    path("gezond/", health, name="health"),
    path("overzicht/", admin.site.admin_view(dashboard.page), name="dashboard"),
    path("overzicht/<slug:name>.csv", admin.site.admin_view(dashboard.sheet), name="dashboard_sheet"),
    path("", admin.site.urls),
]
