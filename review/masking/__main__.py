"""Builds the lists that masking needs, before anything waits for them: `python -m review.masking FOLDER`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from review.masking.dictionary import build, left_alone


def main() -> None:
    """Build the lists in the folder that is named; they stay as they are when they are there."""
    parser = argparse.ArgumentParser(prog="python -m review.masking", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the lists are kept")
    with left_alone():
        build(parser.parse_args().folder, say=lambda said: print(said, file=sys.stderr, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
