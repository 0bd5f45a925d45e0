// A wall with more tiles than one screen holds shows one screen after the other. What comes live keeps its screen.
// Nobody stands before it: it puts itself in place anew when the server has another release or its address has ended,
// and only when the server has just answered, so that a cut line or a server that starts leaves the numbers there are.
"use strict";

(() => {
  const wall = document.querySelector("[data-rotate]");
  if (!wall) return;
  const LOOK = 60_000; // milliseconds between two questions; a part of chance is added
  let at = Math.max([...wall.querySelectorAll("[data-wall-page]")].findIndex((page) => !page.hidden), 0);

  function show() {
    const pages = [...wall.querySelectorAll("[data-wall-page]")];
    if (!pages.length) return;
    at %= pages.length;
    pages.forEach((page, n) => { page.hidden = n !== at; });
    const count = wall.querySelector("[data-wall-count]");
    if (count) count.textContent = `${at + 1}/${pages.length}`;
  }

  // The whole board may be put in place anew: it must not fall back to its first screen.
  new MutationObserver((changes) => {
    if (changes.some((one) => one.target === wall)) show();
  }).observe(wall, { childList: true });
  setInterval(() => { at += 1; show(); }, Number(wall.dataset.rotate) * 1000);
  show();

  async function ask() {
    try {
      const answer = await fetch(wall.dataset.address, { method: "HEAD", redirect: "error", cache: "no-store" });
      const release = answer.headers.get("X-Mapalus-Release");
      const ended = answer.status === 404 && "screen" in wall.dataset;
      if (ended || (answer.ok && release && release !== wall.dataset.release)) location.reload();
    } catch {
      // no line, or the way to a sign-in page: what is shown stays
    }
  }

  function again() {
    setTimeout(() => { ask().finally(again); }, LOOK * (0.75 + Math.random() / 2));
  }

  // What was lent until a day goes on that day, also where no line is left to say so.
  function end() {
    if (!wall.dataset.until || mapalusNow() < Date.parse(wall.dataset.until)) return;
    const said = document.createElement("p");
    said.className = "wall-ended";
    said.textContent = wall.dataset.endedWord;
    wall.replaceChildren(said);
  }

  addEventListener("online", ask);
  setInterval(end, 1000);
  end();
  again();
})();
