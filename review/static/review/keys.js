// Keys: what a letter does stands in the page, as `data-keys` of a link, a button, a field or something to unfold.
const OFF = "review-keys-off";

// In which letters are typed; a box is ticked, and letters do there what they do elsewhere.
const isField = (element) => element.matches("input:not([type=checkbox], [type=radio]), select, textarea");

function press(element) {
  if (isField(element)) element.focus();
  else if (element.tagName === "DETAILS") element.open = !element.open;
  else element.click();
}

// Before unfold's own keys, so that letters that are off do nothing there either.
window.addEventListener(
  "keydown",
  (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isField(target)) {
      if (key === "Escape") target.blur();
      return;
    }
    if (key.length === 1 && localStorage.getItem(OFF)) {
      event.stopImmediatePropagation();
      return;
    }
    const element = document.querySelector(`[data-keys~="${CSS.escape(key)}"]`);
    if (!element) return;
    event.preventDefault();
    press(element);
  },
  { capture: true },
);

document.addEventListener("DOMContentLoaded", () => {
  const off = document.getElementById("keys-off");
  if (off) {
    off.checked = Boolean(localStorage.getItem(OFF));
    off.addEventListener("change", () => (off.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF)));
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  }

  const all = document.getElementById("action-toggle");
  all?.addEventListener("change", () => {
    for (const box of document.querySelectorAll(".action-select:not(#action-toggle)")) box.checked = all.checked;
  });
});
