"""Where leaders talk: a channel per place, on one way to run a turn."""
