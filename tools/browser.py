"""The Chromium of this machine, which `tools/browser.sh` found or installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Chromium's own sandbox needs rights that a container does not give.
FLAGS = ["--no-sandbox"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for as long as the block lasts.

    Raises:
        FileNotFoundError: there is none.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise FileNotFoundError("No Chromium: tools/browser.sh installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
