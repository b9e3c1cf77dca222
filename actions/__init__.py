"""What the coach does, as rasa-sdk actions: one module per dialogue.

An action reads slots, calls coach/, returns events.
"""
