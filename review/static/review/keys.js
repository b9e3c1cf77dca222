// Keys: what a letter does stands in the page, as `data-keys` of a link, a button, a field or something to unfold.
const OFF = "review-keys-off";

// In which letters are typed; a box is ticked, and letters do there what they do elsewhere.
const isField = (element) => element.matches("input:not([type=checkbox], [type=radio]), select, textarea");

function press(element) {
  if (isField(element)) element.focus();
  else if (element.tagName === "DETAILS") {
    element.open = !element.open;
    if (element.open) element.querySelector("[data-first]")?.focus();
  } else element.click();
}

// On a page with many turns a letter is for the one that has the focus or that is asked for; without it, or where that
// letter does nothing there, the next turn where it does gets the focus first, so that nobody judges what they do not see.
const currentTurn = () =>
  document.activeElement?.closest(".review-turn") ??
  document.querySelector(".review-turn:target, .review-turn[data-current]");

function follow(key) {
  const all = [...document.querySelectorAll(`[data-keys~="${CSS.escape(key)}"]`)];
  const turn = currentTurn();
  const here = all.find((element) => turn?.contains(element) || !element.closest(".review-turn"));
  if (here) return press(here);
  const after = (element) => turn && turn.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  (all.find(after) ?? all[0]).closest(".review-turn").focus();
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
    if (!document.querySelector(`[data-keys~="${CSS.escape(key)}"]`)) return;
    event.preventDefault();
    follow(key);
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

  // Beside the form of a correction: when to choose what is chosen there.
  const explained = document.querySelector("[data-explained]");
  document.querySelector("[data-chooses]")?.addEventListener("change", ({ target }) => {
    const found = document.querySelector(`[data-explains="${CSS.escape(target.value)}"]`);
    if (found) explained.replaceChildren(...found.cloneNode(true).children);
  });

  const all = document.getElementById("action-toggle");
  all?.addEventListener("change", () => {
    for (const box of document.querySelectorAll(".action-select:not(#action-toggle)")) box.checked = all.checked;
  });
});

// After the browser went to the turn that the address names.
window.addEventListener("load", () => document.querySelector("[aria-invalid]")?.focus());
