"""Recognition: Rasa graph components for Dutch, one per file."""
