"""Staff, and the groups that give them rights. Only administrators see these."""

from __future__ import annotations

from typing import Any

from allauth.account.admin import EmailAddress
from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

# Each right that means something here, in the order in which a group's form offers them.
RIGHTS = {
    ("review", "view_conversation"): "gesprekken lezen",
    ("review", "change_conversation"): "gesprekken beoordelen, toewijzen en labels geven",
    ("review", "add_note"): "notities schrijven",
    ("review", "delete_note"): "notities verwijderen",
    ("review", "view_handoff"): "overdrachten lezen",
    ("review", "change_handoff"): "overdrachten oppakken en afronden",
    ("review", "view_replyaddress"): "het antwoordadres van een leider bekijken",
    ("review", "view_label"): "de lijst van labels zien",
    ("review", "add_label"): "labels maken",
    ("review", "change_label"): "labels wijzigen",
    ("review", "delete_label"): "labels verwijderen",
    ("review", "add_flag"): "een beurt vlaggen voor een collega",
    ("review", "view_judgement"): "oordelen lezen",
    ("review", "add_judgement"): "beurten beoordelen en verbeteren",
    ("review", "view_example"): "verbeteringen lezen",
    ("review", "delete_example"): "verbeteringen weghalen",
    ("review", "export_example"): "verbeteringen uitvoeren",
    ("review", "view_statistic"): "het overzicht met cijfers zien",
    ("review", "export_conversation"): "een gesprek uitvoeren voor wie om inzage vraagt",
    ("review", "erase_conversation"): "een gesprek overal wissen",
    ("review", "view_purge"): "zien wat er is opgeruimd",
    ("auditlog", "view_logentry"): "het logboek lezen",
}

# Addresses for mail to staff are not used.
for model in (User, Group, EmailAddress):
    admin.site.unregister(model)


class RightsField(forms.ModelMultipleChoiceField):
    """The rights by what somebody may do with them."""

    def label_from_instance(self, obj: Permission) -> str:
        """The name of RIGHTS."""
        return RIGHTS[obj.content_type.app_label, obj.codename]


def rights() -> QuerySet[Permission]:
    """The permissions of RIGHTS, in its order."""
    each = [Q(content_type__app_label=app, codename=codename) for app, codename in RIGHTS]
    order = Case(*(When(right, then=place) for place, right in enumerate(each)))
    found = Permission.objects.select_related("content_type").order_by(order)
    return found.filter(Q.create(each, connector=Q.OR))


class ForAdministrators(ModelAdmin):
    """Seen and changed by administrators alone, and never deleted where the log would lose who did something."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return self.has_module_permission(request)


@admin.register(User)
class UserAdmin(ForAdministrators, DjangoUserAdmin):
    """The accounts of staff."""

    form = forms.ModelForm
    add_form = UserCreationForm
    add_form_template = None
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ()
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("new_password", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "new_password")}),
        ("Wat mag deze medewerker?", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Wanneer", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "password1", "password2")}),
        ("Wat mag deze medewerker?", {"fields": ("is_superuser", "groups")}),
    )
    actions = ("unlock",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: an account is switched off, so that the log keeps who read what."""
        return False

    @admin.display(description="wachtwoord")
    def new_password(self, user: User) -> str:
        """Where an administrator gives another one."""
        return str(format_html('<a class="frame-link" href="{}">Geef een nieuw wachtwoord</a>', "../password/"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Groups as ticks, without the buttons that Django puts beside them."""
        if db_field.name == "groups":
            return db_field.formfield(widget=UnfoldAdminCheckboxSelectMultipleWidget())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new account is one for this app."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    @action(description="Laat weer inloggen na te veel verkeerde wachtwoorden")
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Forget what axes counted for them."""
        for user in queryset:
            reset(username=user.get_username())
        messages.success(request, "De gekozen medewerkers kunnen weer inloggen.")


@admin.register(Group)
class GroupAdmin(ForAdministrators, DjangoGroupAdmin):
    """Groups and their rights."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The rights as ticks."""
        return RightsField(rights(), label="Rechten", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget())
