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
        box.id = `${shown.id}-box`;
        box.setAttribute("aria-labelledby", `${box.id} ${shown.id}`);
      }
    }
  }

  window.addEventListener("load", () => nameInputs(document));
  document.addEventListener("formset:added", (event) => setTimeout(() => nameInputs(event.target), 0));
})();
