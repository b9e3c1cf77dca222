"""The coaching itself in plain Python: imports neither Rasa nor Django."""
