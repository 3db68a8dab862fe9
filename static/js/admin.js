// Names for the inputs that Select2 puts in place of a select: those of the select itself.
(function () {
  "use strict";

  function nameOf(select) {
    const label = select.labels && select.labels[0];
    return select.getAttribute("aria-label") || (label ? label.textContent.trim().replace(/:$/, "") : "");
  }

  function nameInputs(root) {
    for (const select of root.querySelectorAll("select.select2-hidden-accessible")) {
      const name = nameOf(select);
      const box = select.nextElementSibling && select.nextElementSibling.querySelector(".select2-selection");
      if (!name || !box) continue;
      const search = box.querySelector(".select2-search__field");
      if (search) search.setAttribute("aria-label", name);
      const shown = box.querySelector(".select2-selection__rendered");
      box.setAttribute("aria-label", name);
      if (shown && shown.id) {
        shown.setAttribute("aria-label", shown.textContent.trim() || `${name}: empty`);
        box.id = `${shown.id}-box`;
        box.setAttribute("aria-labelledby", `${box.id} ${shown.id}`);
      }
    }
  }

  // Select2 comes when the page is ready, with each new line, and at no announced moment.
  function isSelect2(node) {
    return node.nodeType === Node.ELEMENT_NODE && (node.matches(".select2") || node.querySelector(".select2"));
  }

  new MutationObserver((changes) => {
    if (changes.some((change) => [...change.addedNodes].some(isSelect2))) nameInputs(document);
  }).observe(document.body, { childList: true, subtree: true });
  nameInputs(document);

  // A filter's menu closes with Escape and with a click elsewhere.
  function closeMenus(but) {
    for (const menu of document.querySelectorAll(".list-filters details[open]")) {
      if (menu.contains(but)) continue;
      menu.open = false;
      if (!but) menu.querySelector("summary").focus();
    }
  }
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });

  // What scrolls in its place can be scrolled with the keyboard too.
  for (const box of document.querySelectorAll("#content .module, #content .results, #content .scrolls")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
})();
