"""Microsoft Teams: whom to trust, what is said there, and how."""
