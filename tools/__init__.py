"""What the Makefile calls: set-up, the model, starting the processes."""
