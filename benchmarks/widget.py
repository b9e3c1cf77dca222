"""`make bench`: how soon the widget is on the screen once its script is there, beside the page's own first paint."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tools import serve
from tools.browser import chromium
from tools.model import ensure_model
from tools.settings import HOST, environment, free_port

ROUNDS = 15
# A custom element renders as it is defined; the frame after the next one comes when that was painted.
WATCH = """
customElements.whenDefined('reflectie-coach').then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.shown = performance.now();
})));
"""
READ = """() => {
  const script = performance.getEntriesByType('resource').find(({ name }) => name.includes('/widget.'));
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return [window.shown - script.responseEnd, paint.startTime];
}"""


def first_render(browser: Browser, address: str) -> tuple[float, float]:
    """In milliseconds: from the script's last byte to the widget on the screen, and until the page's first paint."""
    with browser.new_context() as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(address)
        page.wait_for_function("() => window.shown && performance.getEntriesByName('first-contentful-paint').length")
        shown, paint = page.evaluate(READ)
        return float(shown), float(paint)


def main() -> None:
    """Measure and print a line."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        actions_port, port = free_port(), free_port()
        settings = environment(actions_port, port) | {"DATABASE_URL": f"sqlite:///{Path(folder)}/tracker.db"}
        with serve.running([serve.action_server(actions_port), serve.coach(port, ensure_model())], settings):
            address = f"http://{HOST}:{port}/webhooks/website/"
            shown, paint = zip(*(first_render(browser, address) for _ in range(ROUNDS)), strict=True)
    first, page = statistics.median(shown), statistics.median(paint)
    print(f"widget, first render after its script: median {first:.0f} ms, {first / page:.1f} of the page's first paint")


if __name__ == "__main__":
    main()
