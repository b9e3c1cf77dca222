"""From the coach's store to what staff read: follows the conversations, masks what was typed, writes the tables."""
