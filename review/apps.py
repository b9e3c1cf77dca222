"""The app as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReviewConfig(AppConfig):
    """Conversations, hand-offs and what staff add to them."""

    name = "review"
    verbose_name = "Meelezen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Log from the first request on, and have the groups after every migration."""
        from review import audit, roles  # noqa: PLC0415 - models can be imported from here on

        audit.register()
        post_migrate.connect(roles.make_groups, sender=self)
