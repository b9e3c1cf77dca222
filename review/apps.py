"""The app as Django knows it."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Conversations, hand-offs and what staff add to them."""

    name = "review"
    verbose_name = "Meelezen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Log from the first request on."""
        from review import audit  # noqa: PLC0415 - models can be imported from here on

        audit.register()
