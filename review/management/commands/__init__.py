"""Django's commands of the app."""
