// Tiles of the form of a board can be dragged; the buttons that move them work without this.
"use strict";

(() => {
  const list = document.querySelector("[data-tiles-edit]");
  if (!list) return;
  let held = null;

  for (const row of list.querySelectorAll("[data-row]")) {
    const legend = row.querySelector("legend");
    legend.draggable = true;
    legend.addEventListener("dragstart", () => { held = row; });
    legend.addEventListener("dragend", () => { held = null; number(); });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
    });
  }

  // The form says its tiles by number: after a move the numbers follow.
  function number() {
    [...list.querySelectorAll("[data-row]")].forEach((row, n) => {
      for (const one of row.querySelectorAll("[name^='t']")) one.name = one.name.replace(/^t\d+-/, `t${n + 1}-`);
      for (const one of row.querySelectorAll("[name='act']")) one.value = one.value.replace(/\d+$/, n + 1);
    });
  }
})();
