"""What lets Rasa Open Source 3.6 run on a current Python, and nothing else.

`reflectiecoach_compat.pth` imports this package when an interpreter starts. Nothing is imported then but the
standard library: each repair waits until its module is imported.
"""

from reflectiecoach_compat.repairs import install

install()
