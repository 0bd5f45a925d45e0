// The keyboard at the desk. Everything here can be done by pointer and by Tab as well; [data-keys] on the page turns it on.
//   j k  next, previous row    x  choose it    Enter  open it    /  search    u  back to the inbox    ?  this list
// One may turn the keys off (WCAG 2.1.4): the choice is kept in the browser.
"use strict";

(() => {
  const SWITCH = "mapalus-keys-off";
  const isOff = () => { try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; } };
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const help = document.getElementById("pintasan");

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next.querySelector("[data-open]")?.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
    const row = document.activeElement?.closest("[data-row]");
    switch (event.key) {
      case "j": move(1); break;
      case "k": move(-1); break;
      case "x": row?.querySelector("input[type=checkbox]")?.click(); break;
      case "/": document.querySelector("[role=search] input[type=search]")?.focus(); break;
      case "u": document.querySelector("[data-key=u]")?.click(); break;
      case "?": help?.showModal(); break;
      default: return;
    }
    event.preventDefault();
  });

  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = !isOff();
    box.addEventListener("change", () => { try { localStorage.setItem(SWITCH, box.checked ? "0" : "1"); } catch { /* not kept */ } });
  }

  // [data-outbox]: a note written without a network waits in this window (its tab only) and is sent once, by itself.
  for (const form of document.querySelectorAll("form[data-outbox]")) {
    const place = `catatan ${location.pathname}`, text = form.elements.text, said = document.createElement("p");
    said.className = "small";
    said.setAttribute("role", "status");
    text.after(said);
    const waits = () => JSON.parse(sessionStorage.getItem(place) ?? "null");
    const show = () => {
      const note = waits();
      said.textContent = note ? form.dataset.kept : "";
      text.readOnly = Boolean(note);
      if (note) text.value = note.text;
    };
    const send = async () => {
      const note = waits();
      if (!note || !navigator.onLine || form.hasAttribute("data-sending")) return;
      form.setAttribute("data-sending", "");
      const body = new FormData(form);
      for (const [name, value] of Object.entries(note)) body.set(name, value);
      try {
        const answer = await fetch(form.action, { method: "POST", body });
        if (answer.status >= 500 || answer.status === 429) return;
        sessionStorage.removeItem(place);
        if (answer.ok) { text.value = ""; location.reload(); return; }
        show();
        said.textContent = form.dataset.refused;
      } catch { /* later */ } finally { form.removeAttribute("data-sending"); }
    };
    form.addEventListener("submit", (event) => {
      const hasFiles = [...form.querySelectorAll("input[type=file]")].some((one) => one.files.length);
      if (navigator.onLine || hasFiles || !text.value.trim()) return;
      event.preventDefault();
      event.stopPropagation();
      const audience = new FormData(form).get("audience");
      sessionStorage.setItem(place, JSON.stringify({ text: text.value, audience, ditulis: new Date().toISOString() }));
      show();
    });
    addEventListener("online", send);
    show();
    send();
  }

  // How many rows are chosen: the bar for all of them shows once there is one.
  const bar = document.querySelector("[data-bulk]");
  if (bar) {
    const count = bar.querySelector("[data-bulk-count]");
    const look = () => {
      const chosen = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
      bar.classList.toggle("is-on", chosen > 0);
      if (count) count.textContent = String(chosen);
    };
    document.addEventListener("change", (event) => { if (event.target.closest("[data-row]")) look(); });
    bar.querySelector("[data-bulk-all]")?.addEventListener("change", (event) => {
      for (const one of document.querySelectorAll("[data-row] input[type=checkbox]")) one.checked = event.target.checked;
      look();
    });
    addEventListener("pageshow", look);
    look();
  }
})();
