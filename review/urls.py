"""The addresses: sign-in under `accounts/`, everything else is the admin."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)
urlpatterns = [path("accounts/", include("allauth.account.urls")), path("", admin.site.urls)]
