"""The source of a component as part of its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path


def source_digest(module_file: str) -> str:
    """A hexadecimal digest of a module's file.

    Rasa's cache of trained components looks at a component's class alone; this covers the rest of its module.
    """
    return hashlib.sha256(Path(module_file).read_bytes()).hexdigest()
