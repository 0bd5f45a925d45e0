// Forms of packs: a question that does not apply is not shown (and not sent). Without this file every question shows.
// [data-questions] on the form; `data-known`: values of the case that conditions look at; [data-show-if]: JSON logic.
// [data-date]: three boxes, with the calendar of the device beside them. [data-area]: lists that narrow, a search by name.
"use strict";

const MONTHS = { jan: 1, feb: 2, peb: 2, mar: 3, apr: 4, mei: 5, may: 5, jun: 6, jul: 7, agu: 8, agt: 8, ags: 8, aug: 8, sep: 9, okt: 10, oct: 10, nov: 11, des: 12, dec: 12 };
const two = (number) => String(number).padStart(2, "0");

// The day in the boxes as the server would keep it, or null.
function dayIn(boxes) {
  const [day, month, year] = [...boxes.querySelectorAll("input[name]")].map((one) => one.value.trim());
  const number = /^\d+$/.test(month) ? Number(month) : MONTHS[month.slice(0, 3).toLowerCase()];
  const made = new Date(Number(year), number - 1, Number(day));
  const isDay = /^\d{1,2}$/.test(day) && /^\d{4}$/.test(year) && made.getMonth() === number - 1 && made.getDate() === Number(day);
  return isDay ? `${year}-${two(number)}-${two(day)}` : null;
}

for (const boxes of document.querySelectorAll("[data-date]")) {
  const [day, month, year] = boxes.querySelectorAll("input");
  const pick = document.createElement("input"), button = document.createElement("button");
  pick.type = "date";
  pick.className = "dates__native";
  pick.tabIndex = -1;
  pick.setAttribute("aria-hidden", "true");
  button.type = "button";
  button.className = "btn btn--plain dates__pick";
  button.setAttribute("aria-label", boxes.dataset.pick);
  button.title = boxes.dataset.pick;
  button.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6h16v14H4zM4 10h16M8 3v5M16 3v5"/></svg>';
  if (!("showPicker" in pick)) continue;
  boxes.append(button, pick);
  button.addEventListener("click", () => {
    pick.value = dayIn(boxes) ?? "";
    try { pick.showPicker(); } catch { day.focus(); }
  });
  pick.addEventListener("change", () => {
    if (!pick.value) return;
    const [y, m, d] = pick.value.split("-").map(Number);
    day.value = d; month.value = m; year.value = y;
    day.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // A whole day that is pasted or filled in one box goes into all three.
  boxes.addEventListener("paste", (event) => {
    const parts = event.clipboardData.getData("text").trim().split(/[\s/.-]+/);
    if (parts.length !== 3) return;
    event.preventDefault();
    if (parts[0].length === 4) parts.reverse();
    [day.value, month.value, year.value] = parts;
    day.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const codeIn = (area) => [...area.querySelectorAll("select")].map((one) => one.value).filter(Boolean).pop()
  ?? area.querySelector("input[type=radio]:checked")?.value ?? null;

for (const area of document.querySelectorAll("[data-area]")) {
  const lists = [...area.querySelectorAll("select[data-level]")];
  const search = area.querySelector("input[name$='-cari']"), found = area.querySelector("[data-found]");
  area.querySelectorAll("[data-scriptless]").forEach((one) => one.remove());
  const ask = async (question) => {
    try {
      const answer = await fetch(`${area.dataset.area}?${new URLSearchParams(question)}`);
      return answer.ok ? (await answer.json()).choices : null;
    } catch { return null; }
  };
  const tell = () => area.dispatchEvent(new Event("input", { bubbles: true }));
  // Empty every list below this one, then fill the next with what lies in what is chosen.
  const narrow = async (at) => {
    for (const list of lists.slice(at + 1)) { list.length = 1; list.parentElement.hidden = true; }
    const next = lists[at + 1], code = lists[at].value;
    if (!next || !code) return;
    const choices = await ask({ dalam: code });
    if (!choices?.length || lists[at].value !== code) return;
    next.append(...choices.map(([value, name]) => new Option(name, value)));
    next.parentElement.hidden = false;
  };
  lists.forEach((list, at) => list.addEventListener("change", async () => { await narrow(at); tell(); }));
  area.choose = async (code) => {
    const parts = code.split(".");
    for (const [at, list] of lists.entries()) {
      list.value = parts.slice(0, at + 2).join(".");
      if (at + 2 > parts.length) break;
      await narrow(at);
    }
    tell();
  };
  let waits;
  search.addEventListener("input", () => {
    clearTimeout(waits);
    const text = search.value.trim();
    if (text.length < 2) { found.replaceChildren(); return; }
    waits = setTimeout(async () => {
      const choices = await ask({ cari: text, sampai: area.dataset.depth });
      if (choices === null || search.value.trim() !== text) return;
      const made = choices.slice(0, 8).map(([code, label]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "area__one";
        button.textContent = label;
        button.addEventListener("click", async () => {
          search.value = "";
          found.replaceChildren();
          await area.choose(code);
          lists.filter((one) => one.value).pop()?.focus();
        });
        return button;
      });
      if (!made.length) {
        const said = document.createElement("p");
        said.className = "small muted";
        said.textContent = found.dataset.none;
        made.push(said);
      }
      found.replaceChildren(...made);
    }, 250);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    found.querySelector("button")?.click();
  });
}

for (const form of document.querySelectorAll("form[data-questions]")) {
  const known = JSON.parse(form.dataset.known || "{}");
  const parts = [...form.querySelectorAll("[data-question]")];

  const answerOf = (part) => {
    const inputs = [...part.querySelectorAll("input, select, textarea")].filter((one) => one.type !== "hidden");
    if (part.hidden) return null;
    const boxes = part.querySelector("[data-date]"), area = part.querySelector("[data-area]");
    if (boxes) return dayIn(boxes);
    if (area) return codeIn(area);
    const picks = inputs.filter((one) => one.type === "radio" || one.type === "checkbox");
    if (picks.length) {
      const chosen = picks.filter((one) => one.checked).map((one) => one.value);
      if (picks[0].type === "checkbox" && picks.length > 1) return chosen;
      if (!chosen.length) return null;
      return chosen[0] === "ya" ? true : chosen[0] === "tidak" && picks.length === 2 ? false : chosen[0];
    }
    const value = inputs[0]?.value ?? "";
    if (inputs[0]?.inputMode === "numeric" || inputs[0]?.inputMode === "decimal") {
      const plain = Number(value.replaceAll(".", "").replace(",", "."));
      return value.trim() === "" || Number.isNaN(plain) ? null : plain;
    }
    return value;
  };
  const moment = () => {
    const now = new Date(), pad = (number) => String(number).padStart(2, "0"), away = -now.getTimezoneOffset();
    const offset = `${away < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(away) / 60))}:${pad(Math.abs(away) % 60)}`;
    return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}T${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())}${offset}`;
  };
  const look = () => {
    // a question that hides may hide another: as often as there are questions, at most
    for (let round = 0; round < parts.length; round += 1) {
      const values = { ...known };
      for (const part of parts) values[part.dataset.question] = answerOf(part);
      let changed = false;
      for (const part of parts) {
        if (!part.dataset.showIf) continue;
        const hides = !mapalusExpression.holds(JSON.parse(part.dataset.showIf), values, moment());
        changed ||= hides !== part.hidden;
        part.hidden = hides;
        for (const one of part.querySelectorAll("input, select, textarea")) one.disabled = hides;
        if (part instanceof HTMLFieldSetElement) part.disabled = hides;
      }
      if (!changed) break;
    }
  };
  form.addEventListener("input", look);
  look();
}
