/* Small conveniences. Every page works without them. */
"use strict";

/* Copy buttons: shown only where they work. */
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.firstChild;
    words.textContent = "Copied";
    setTimeout(() => { words.textContent = "Copy"; }, 2000);
  });
});

/* A form that must be sent once: a second click within a few seconds does nothing. Buttons stay alive. */
document.querySelectorAll("form[data-once]").forEach((form) => {
  let sentAt = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sentAt < 5000) event.preventDefault();
    else sentAt = Date.now();
  });
  window.addEventListener("pageshow", () => { sentAt = 0; });
});

/* Drop zones: the file goes into the input that is there anyway. */
document.querySelectorAll("[data-dropzone]").forEach((zone) => {
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
document.querySelectorAll("[data-when]").forEach((line) => {
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
document.querySelectorAll("[data-check-all]").forEach((box) => {
  const others = box.closest("table").querySelectorAll("tbody input[type=checkbox]");
  box.hidden = false;
  box.addEventListener("change", () => others.forEach((other) => { other.checked = box.checked; }));
});

/* The error summary speaks first. */
document.querySelector("[data-focus]")?.focus();

/* Menus close with Escape and with a click elsewhere. */
const accountMenu = document.querySelector(".account-menu");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && accountMenu?.open) { accountMenu.open = false; accountMenu.querySelector("summary").focus(); }
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || "");
  const search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
  if (event.key === "/" && !typing && search) { event.preventDefault(); search.focus(); }
});
document.addEventListener("click", (event) => {
  if (accountMenu?.open && !accountMenu.contains(event.target)) accountMenu.open = false;
});
