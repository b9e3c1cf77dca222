/**
 * The keyboard of a phone lies over the page. A panel that fills the screen makes room for it, so that the words typed
 * stay in sight.
 */

/** Lets the panel follow what is left of the screen; returns what ends it. */
export function followKeyboard(panel: HTMLElement): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  const fit = () => {
    // Zooming in makes the same change, and then the panel is to stay as large as it is.
    const keyboard = viewport.scale === 1 && window.innerHeight - viewport.height > 60;
    panel.style.setProperty("--viewport-top", keyboard ? `${viewport.offsetTop}px` : "");
    panel.style.setProperty("--viewport-height", keyboard ? `${viewport.height}px` : "");
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  return () => {
    viewport.removeEventListener("resize", fit);
    viewport.removeEventListener("scroll", fit);
  };
}
