/* Small conveniences. Every page works without them. */
"use strict";

/* What is there when the page comes, and what htmx brings later. */
const enhance = (root) => {
  /* Copy buttons: shown only where they work. */
  root.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const words = button.querySelector(".copy-words") ?? button.firstChild;
      button.dataset.words ??= words.textContent;
      words.textContent = "Copied";
      button.classList.add("is-copied");
      setTimeout(() => { words.textContent = button.dataset.words; button.classList.remove("is-copied"); }, 2000);
    });
  });

  /* A form that must be sent once: a second click within a few seconds does nothing. Buttons stay alive. */
  root.querySelectorAll("form[data-once]").forEach((form) => {
    let sentAt = 0;
    form.addEventListener("submit", (event) => {
      if (Date.now() - sentAt < 5000) event.preventDefault();
      else sentAt = Date.now();
    });
    window.addEventListener("pageshow", () => { sentAt = 0; });
  });

  /* Drop zones: the file goes into the input that is there anyway. */
  root.querySelectorAll("[data-dropzone]").forEach((zone) => {
    const input = zone.querySelector("input[type=file]");
    const chosen = zone.querySelector(".drop-chosen");
    zone.querySelector(".drop-hint").hidden = false;
    const show = () => {
      const file = input.files[0];
      chosen.textContent = file ? `${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString("en-US")} kB)` : "";
    };
    input.addEventListener("change", show);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("is-over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
    });
  });

  /* Fields that are asked only when another one says so: hidden while it does not, and while they are empty. */
  root.querySelectorAll("[data-when]").forEach((line) => {
    const conditions = line.dataset.when.split("\n\n").map((one) => one.split("\n"));
    const form = line.closest("form");
    const own = line.querySelector("input, select");
    const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text);
    const holds = ([key, operator, value]) => {
      const input = form.elements[key];
      if (!input) return true;
      const text = input.value.trim();
      const wanted = value.split(",").map((part) => part.trim());
      switch (operator) {
        case "is": return wanted.includes(text);
        case "is_not": return !wanted.includes(text);
        case "is_filled": return text !== "";
        case "is_empty": return text === "";
        case "after": return isDay(text) ? text > value : text !== "";
        case "before": return isDay(text) ? text < value : text !== "";
        case "at_least": return Number.parseFloat(text) >= Number(value);
        case "at_most": return Number.parseFloat(text) <= Number(value);
        default: return true;
      }
    };
    const show = () => { line.hidden = !own.value && !line.querySelector(".is-invalid") && !conditions.some(holds); };
    form.addEventListener("input", show);
    show();
  });

  /* One box for all boxes of a table. */
  root.querySelectorAll("[data-check-all]").forEach((box) => {
    const others = box.closest("table").querySelectorAll("tbody input[type=checkbox]");
    box.hidden = false;
    box.addEventListener("change", () => others.forEach((other) => { other.checked = box.checked; }));
  });
};
enhance(document);

/* A page whose work is over takes its new state by itself, and says so to whoever listens. */
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  enhance(event.target);
  if (event.target.id === "main") {
    document.querySelector("#announcer").textContent = event.target.querySelector("h1").textContent;
  }
});

/* The error summary speaks first. */
document.querySelector("[data-focus]")?.focus();

/* Menus close with Escape and with a click elsewhere. */
const openMenus = () => [...document.querySelectorAll("details.menu[open]")];
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || "");
  const search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
  if (event.key === "/" && !typing && search) { event.preventDefault(); search.focus(); }
});
document.addEventListener("click", (event) => {
  openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
