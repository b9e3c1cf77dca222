"""How moments and texts are written on the pages."""
