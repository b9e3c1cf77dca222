"""Staff and their roles, and the groups that give rights."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from review import second_factor
from review.audit import note
from review.microsoft import decides_about
from review.names import name_of
from review.roles import RIGHTS, Role, permissions

WHAT = "Wat mag deze medewerker?"
WHO_DOES_WHAT = (
    "Een lezer leest mee. Een beoordelaar beoordeelt, verbetert en volgt op. "
    "Een beheerder doet ook de accounts, het logboek en het wissen."
)

# With what the packages show of their own: addresses, which are not used, and secrets.
for model in (User, Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


class RightsField(forms.ModelMultipleChoiceField):
    """The rights by what somebody may do with them."""

    def label_from_instance(self, obj: Permission) -> str:
        """What RIGHTS calls it."""
        return RIGHTS[obj.content_type.app_label, obj.codename].called


def offered() -> QuerySet[Permission]:
    """The permissions of RIGHTS, in its order."""
    order = Case(
        *(
            When(content_type__app_label=app, codename=codename, then=place)
            for place, (app, codename) in enumerate(RIGHTS)
        )
    )
    return permissions().order_by(order)


@admin.register(User)
class UserAdmin(ModelAdmin, DjangoUserAdmin):
    """The accounts of staff.

    Who may change them may give roles, and nothing else: an account that may do everything is seen and changed by its
    like alone, and nobody changes their own. What the provider decides about is not changed here.
    """

    form = forms.ModelForm
    add_form = UserCreationForm
    add_form_template = None
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ()
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("roles", "new_password", "factor", "last_login", "date_joined")
    actions = ("unlock", "reset_second_factor")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """None: they reach the secrets of the second factor."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the groups, which the list shows."""
        return super().get_queryset(request).prefetch_related("groups")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: an account is switched off, so that the log keeps who read what."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An account that may do everything is changed by its like."""
        may = super().has_change_permission(request, obj)
        return bool(may and (obj is None or not obj.is_superuser or request.user.is_superuser))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only who may do everything can let others do so."""
        everything = ("is_superuser",) if request.user.is_superuser else ()
        if obj is None:
            new = ("username", "first_name", "last_name", "password1", "password2")
            return ((None, {"fields": new}), (WHAT, {"fields": ("groups", *everything)}))
        who = ("username", "first_name", "last_name", "new_password", "factor")
        switches = ("is_active", *(("is_staff",) if request.user.is_superuser else ()), *everything)
        fixed = self._why_fixed(request, obj)
        roles = "roles" if fixed or not self.has_change_permission(request, obj) else "groups"
        return (
            (None, {"fields": who}),
            (WHAT, {"fields": (*switches, roles), "description": fixed}),
            ("Wanneer", {"fields": ("last_login", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Not one's own rights, lest one shuts oneself out."""
        own = ("is_active", "is_staff", "is_superuser") if obj is not None and obj.pk == request.user.pk else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def _why_fixed(self, request: HttpRequest, user: User) -> str:
        """Why the roles cannot be changed here; empty where they can."""
        if user.pk == request.user.pk:
            return "Je eigen rol verander je niet zelf. Vraag een collega."
        return "Deze medewerker krijgt zijn rol bij Microsoft." if decides_about(user) else ""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Groups as ticks, without the buttons that Django puts beside them; of most people the roles alone."""
        if db_field.name == "groups":
            groups = Group.objects.all() if request.user.is_superuser else Group.objects.filter(name__in=list(Role))
            return db_field.formfield(
                queryset=groups, widget=UnfoldAdminCheckboxSelectMultipleWidget(), help_text=WHO_DOES_WHAT
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="rollen en groepen")
    def roles(self, user: User) -> str:
        """The groups, or that somebody may do everything."""
        return "mag alles" if user.is_superuser else ", ".join(group.name for group in user.groups.all()) or "geen"

    @admin.display(description="wachtwoord")
    def new_password(self, user: User) -> str:
        """Where a colleague gives another one."""
        if decides_about(user):
            return "heeft deze medewerker bij Microsoft; daar staan ook de rollen"
        return str(format_html('<a class="frame-link" href="{}">Geef een nieuw wachtwoord</a>', "../password/"))

    @admin.display(description="tweede stap")
    def factor(self, user: User) -> str:
        """Whether it is set up."""
        if decides_about(user):
            return "bij Microsoft"
        return "ingesteld" if second_factor.is_set_up(user) else "nog niet ingesteld"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new account is one for this app."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups that were not offered stay."""
        if "groups" in form.cleaned_data:
            unseen = form.instance.groups.exclude(pk__in=form.fields["groups"].queryset)
            form.cleaned_data["groups"] = [*form.cleaned_data["groups"], *unseen]
        super().save_related(request, form, formsets, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A new password for a colleague, which is logged; for oneself where the old one is asked for."""
        user = self.get_object(request, unquote(id))
        if user is not None and user.pk == request.user.pk:
            return redirect("admin:password_change")
        if user is not None and decides_about(user):
            raise PermissionDenied
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
            note(user, "wachtwoord", "", "nieuw")
        return answer

    @action(description="Laat weer inloggen na te veel verkeerde wachtwoorden of codes", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Forget what was counted for them."""
        for user in self._within_reach(request, queryset):
            reset(username=user.get_username())
            second_factor.forget_wrong_codes(request, user)
            note(user, "blokkade", "", "opgeheven")
            messages.success(request, f"{name_of(user)} kan weer inloggen.")

    @action(description="Zet de tweede stap terug (telefoon kwijt)", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let them set it up anew; of oneself a colleague does so."""
        have_one = queryset.filter(authenticator__type=Authenticator.Type.TOTP)
        for user in self._within_reach(request, have_one.exclude(pk=request.user.pk)):
            second_factor.reset(user)
            messages.success(request, f"{name_of(user)} stelt bij het inloggen een nieuwe tweede stap in.")

    def _within_reach(self, request: HttpRequest, chosen: QuerySet[User]) -> list[User]:
        """Those that this person may change; says so where there are none."""
        found = [user for user in chosen if self.has_change_permission(request, user)]
        if not found:
            messages.warning(request, "Bij deze medewerkers kan dat niet, of mag jij het niet. Vraag een collega.")
        return found


@admin.register(Group)
class GroupAdmin(ModelAdmin, DjangoGroupAdmin):
    """Groups and their rights: whoever changes these can do everything, and so must be allowed to."""

    filter_horizontal = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Those who may do everything."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may do everything."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those who may do everything."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may do everything."""
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may do everything."""
        return self.has_module_permission(request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The rights as ticks."""
        return RightsField(offered(), label="Rechten", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget())
