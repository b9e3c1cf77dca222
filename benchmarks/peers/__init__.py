"""What else a team would pick, each a program of its own: sentences in on standard input, predictions out, as JSON."""
