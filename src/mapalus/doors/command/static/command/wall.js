// A wall with more tiles than one screen holds shows one screen after the other. What comes live keeps its screen.
"use strict";

(() => {
  const wall = document.querySelector("[data-rotate]");
  if (!wall) return;
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
})();
