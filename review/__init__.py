"""The staff app: conversations in which persons are hidden, to read and follow up. Imports no Rasa."""
