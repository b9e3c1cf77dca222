"""Who may do what: three roles, each of which may what the one before it may and more.

The groups, the ticks of a group's form, the table in docs/leesomgeving.md and the tests are made of RIGHTS.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from auditlog.context import disable_auditlog
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet


class Role(StrEnum):
    """The name of the group, of the app role in Entra, and of the column in the docs."""

    LEZER = "lezer"
    BEOORDELAAR = "beoordelaar"
    BEHEERDER = "beheerder"


class Right(NamedTuple):
    """What it is called where staff see it, and the first role that has it."""

    called: str
    role: Role


# Each permission that means something here, in the order in which it is shown.
RIGHTS = {
    ("review", "view_conversation"): Right("gesprekken lezen", Role.LEZER),
    ("review", "view_label"): Right("de lijst van labels zien", Role.LEZER),
    ("review", "view_statistic"): Right("het overzicht met cijfers zien", Role.LEZER),
    ("review", "add_flag"): Right("een beurt vlaggen voor een collega", Role.LEZER),
    ("review", "change_conversation"): Right("gesprekken beoordelen, toewijzen en labels geven", Role.BEOORDELAAR),
    ("review", "add_note"): Right("notities schrijven", Role.BEOORDELAAR),
    ("review", "delete_note"): Right("notities verwijderen", Role.BEOORDELAAR),
    ("review", "add_label"): Right("labels maken", Role.BEOORDELAAR),
    ("review", "view_judgement"): Right("oordelen lezen", Role.BEOORDELAAR),
    ("review", "add_judgement"): Right("beurten beoordelen en verbeteren", Role.BEOORDELAAR),
    ("review", "view_example"): Right("verbeteringen lezen", Role.BEOORDELAAR),
    ("review", "view_handoff"): Right("overdrachten lezen", Role.BEOORDELAAR),
    ("review", "change_handoff"): Right("overdrachten oppakken en afronden", Role.BEOORDELAAR),
    ("review", "view_replyaddress"): Right("het antwoordadres van een leider bekijken", Role.BEHEERDER),
    ("review", "change_label"): Right("labels wijzigen", Role.BEHEERDER),
    ("review", "delete_label"): Right("labels verwijderen", Role.BEHEERDER),
    ("review", "delete_example"): Right("verbeteringen weghalen", Role.BEHEERDER),
    ("review", "export_example"): Right("verbeteringen uitvoeren", Role.BEHEERDER),
    ("review", "export_conversation"): Right("een gesprek uitvoeren voor wie om inzage vraagt", Role.BEHEERDER),
    ("review", "erase_conversation"): Right("een gesprek overal wissen", Role.BEHEERDER),
    ("review", "view_purge"): Right("zien wat er is opgeruimd", Role.BEHEERDER),
    ("auditlog", "view_logentry"): Right("het logboek lezen", Role.BEHEERDER),
    ("auth", "view_user"): Right("de medewerkers zien", Role.BEHEERDER),
    ("auth", "add_user"): Right("accounts van medewerkers maken", Role.BEHEERDER),
    ("auth", "change_user"): Right("accounts wijzigen, met hun rol, wachtwoord en tweede stap", Role.BEHEERDER),
}


def has(role: Role, right: Right) -> bool:
    """Whether somebody with this role has it."""
    order = list(Role)
    return order.index(right.role) <= order.index(role)


def permissions(role: Role | None = None) -> QuerySet[Permission]:
    """Those of RIGHTS; with a role those that it has."""
    each = [
        Q(content_type__app_label=app, codename=codename)
        for (app, codename), right in RIGHTS.items()
        if role is None or has(role, right)
    ]
    return Permission.objects.select_related("content_type").filter(Q.create(each, connector=Q.OR))


def make_groups(using: str, **_: Any) -> None:
    """A group for each role that has none; one that is there keeps what an administrator made of it."""
    for app in dict.fromkeys(app for app, _ in RIGHTS):  # Django makes their permissions after this
        create_permissions(apps.get_app_config(app), verbosity=0, using=using)
    with disable_auditlog():
        for role in Role:
            group, made = Group.objects.using(using).get_or_create(name=role)
            if made:
                group.permissions.set(permissions(role).using(using))


def give(person: Any, roles: list[Role]) -> None:
    """Let somebody have these roles and no other; groups that are no role stay."""
    others = person.groups.exclude(name__in=list(Role))
    person.groups.set([*others, *Group.objects.filter(name__in=roles)])
