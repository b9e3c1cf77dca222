// Alpine that evaluates nothing sees no globals: what unfold's templates name in their expressions is told to it here.
document.addEventListener("alpine:init", () => {
  const { Alpine, theme, getCurrentTab, location } = window;
  Alpine.data("theme", () => theme());
  Alpine.data("page", (first) => ({
    // The tab of a form that is open: the one that the address names, or else the first.
    activeTab: getCurrentTab() || first,
    window: { location: { pathname: location.pathname, search: location.search } },
  }));
});

// The letters of an icon are no words to read out.
document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.ariaHidden = "true";
  const search = document.getElementById("searchbar-submit");
  if (search) search.ariaLabel = "Zoeken";
});

// The policy refuses a style that is set as an attribute, as Alpine does, but not the same set as a property.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
