// Small help for pages that work without it. Hooks are data- attributes, never classes.
"use strict";

// [data-focus]: what must be read first, such as the summary of errors.
document.querySelector("[data-focus]")?.focus();

document.addEventListener("click", async (event) => {
  // [data-copy="id"]: copy the text of that element.
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const text = document.getElementById(copier.dataset.copy)?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text.trim());
      copier.textContent = copier.dataset.done ?? copier.textContent;
    } catch {
      getSelection()?.selectAllChildren(document.getElementById(copier.dataset.copy));
    }
  }
  // [data-dialog="id"] opens a dialog; [data-close] inside one closes it.
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
});

// [data-busy="Mengirim…"] on a form: its button says so and keeps its width; a second press does nothing.
document.addEventListener("submit", (event) => {
  // by attribute: a field named "dataset" would stand in the way of form.dataset
  const form = event.target, words = form.getAttribute("data-busy");
  if (!words) return;
  if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
  form.setAttribute("data-sent", "");
  const button = event.submitter;
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  button.style.minWidth = `${button.offsetWidth}px`;
  document.querySelector(".mast .mark")?.classList.add("mark--busy");
  button.textContent = words;
});
// Coming back by the browser's history must not leave a dead form.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach((form) => { form.removeAttribute("data-sent"); });
  if (event.persisted) document.querySelector(".mast .mark--busy")?.classList.remove("mark--busy");
});

// A page that names a manifest may be kept for reading without a network.
if (document.querySelector("link[rel=manifest]") && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
