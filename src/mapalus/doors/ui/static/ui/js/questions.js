// Forms of packs: a question that does not apply is not shown (and not sent). Without this file every question shows.
// [data-questions] on the form; `data-known`: values of the case that conditions look at; [data-show-if]: JSON logic.
"use strict";

for (const form of document.querySelectorAll("form[data-questions]")) {
  const known = JSON.parse(form.dataset.known || "{}");
  const parts = [...form.querySelectorAll("[data-question]")];

  const answerOf = (part) => {
    const inputs = [...part.querySelectorAll("input, select, textarea")].filter((one) => one.type !== "hidden");
    if (part.hidden) return null;
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
