// Tiles of the form of a board can be dragged; the buttons that move them work without this.
"use strict";

(() => {
  const list = document.querySelector("[data-tiles-edit]");
  if (!list) return;
  let held = null;

  for (const row of list.querySelectorAll("[data-row]")) {
    const legend = row.querySelector("legend");
    legend.draggable = true;
    legend.addEventListener("dragstart", (event) => {
      held = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", ""); // some browsers drag nothing without
    });
    legend.addEventListener("dragend", () => { held = null; number(); });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
    });
  }

  list.addEventListener("drop", (event) => { if (held) event.preventDefault(); });

  // The form says its tiles by number: after a move the numbers follow.
  function number() {
    const rows = [...list.querySelectorAll("[data-row]")];
    rows.forEach((row, n) => {
      const legend = row.querySelector("legend");
      legend.textContent = legend.textContent.replace(/\d+/, n + 1);
      for (const one of row.querySelectorAll("[name^='t']")) one.name = one.name.replace(/^t\d+-/, `t${n + 1}-`);
      for (const one of row.querySelectorAll("[name='act']")) one.value = one.value.replace(/\d+$/, n + 1);
      row.querySelector("[value^='up-']").hidden = n === 0;
      row.querySelector("[value^='down-']").hidden = n === rows.length - 1;
    });
  }
})();
