// What a drawing says at one place: under the pointer, by touch, by the arrows. Pages say the same without it, in the table.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

// Rows of the table beside a drawing: [label, [cell, ...]]; the heads name the columns.
function tableOf(figure) {
  const table = figure.querySelector(".chart__table table");
  if (!table) return null;
  const text = (cell) => cell.textContent.trim();
  const heads = [...table.querySelectorAll("thead th")].slice(1).map(text);
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map(text));
  return { heads, rows };
}

function output(figure) {
  let found = figure.querySelector(".chart__read");
  if (!found) {
    found = document.createElement("output");
    found.className = "chart__read";
    figure.querySelector(".chart__foot")?.before(found);
  }
  return found;
}

function readLine(svg) {
  const figure = svg.closest("[data-chart]"), table = tableOf(figure);
  if (!table || !table.rows.length) return;
  const [left, right] = svg.dataset.x.split(" ").map(Number), [top, bottom] = svg.dataset.y.split(" ").map(Number);
  const last = table.rows.length - 1, rule = document.createElementNS(SVG, "path");
  rule.setAttribute("class", "c-rule");
  let at = -1;
  const show = (index) => {
    if (index < 0 || index > last || index === at) return;
    at = index;
    const x = last ? left + (right - left) * at / last : (left + right) / 2;
    rule.setAttribute("d", `M${x} ${top}V${bottom}`);
    if (!rule.isConnected) svg.append(rule);
    const [label, ...cells] = table.rows[at], said = output(figure), name = document.createElement("b");
    name.textContent = label;
    const words = cells.map((cell, n) => table.heads.length > 1 ? `${table.heads[n]} ${cell}` : cell).join(" · ");
    said.replaceChildren(name, ` ${words}`);
  };
  const clear = () => { at = -1; rule.remove(); figure.querySelector(".chart__read")?.replaceChildren(); };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect(), x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
    show(Math.max(0, Math.min(last, Math.round((x - left) / ((right - left) || 1) * last))));
  });
  svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && document.activeElement !== svg) clear(); });
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at < 0 ? 0 : at + 1, Home: 0, End: last };
    if (event.key === "Escape") { clear(); return; }
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(Math.max(0, Math.min(last, steps[event.key])));
  });
  svg.addEventListener("blur", clear);
}

function readMap(svg) {
  const figure = svg.closest("[data-chart]");
  const show = (event) => {
    const area = event.target.closest("a, .area");
    const words = area?.getAttribute("aria-label") ?? area?.querySelector("title")?.textContent;
    if (words) output(figure).textContent = words;
  };
  for (const kind of ["pointerover", "focusin", "pointerdown"]) svg.addEventListener(kind, show);
  svg.addEventListener("pointerleave", () => { if (!svg.contains(document.activeElement)) figure.querySelector(".chart__read")?.replaceChildren(); });
}

// A dot that stands for several opens the list of all of them.
document.addEventListener("click", (event) => {
  const link = event.target.closest("svg.map a[href^='#']");
  const list = link && document.getElementById(link.getAttribute("href").slice(1));
  if (list?.matches("details")) list.open = true;
});

// Also what comes in later, on a live board. A drawing is prepared once.
const prepared = new WeakSet();
function prepare(root) {
  root.querySelectorAll("[data-chart] svg[data-x], [data-chart] svg[data-map]").forEach((svg) => {
    if (prepared.has(svg)) return;
    prepared.add(svg);
    if (svg.hasAttribute("data-map")) readMap(svg); else readLine(svg);
  });
}
prepare(document);
document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
