// A live board: its clock, its sign of life, and the flash of what changed. The numbers come by themselves (htmx, sse).
"use strict";

const board = document.querySelector("[data-board]");
const SILENCE = 30_000; // milliseconds without a sign of life after which the line counts as lost
const FLASH = 700;
let lastSign = Date.now();
let changed = null; // when the board last changed before our eyes
let before = new Map();

const part = (name) => board.querySelector(`[${name}]`);

function time(at, seconds) {
  const zone = part("data-clock")?.dataset.zone;
  const english = document.documentElement.lang === "en";
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  if (seconds) form.second = "2-digit";
  const text = new Intl.DateTimeFormat("en-GB", form).format(at);
  return english ? text : text.replaceAll(":", ".");
}

function showLife() {
  const isLost = Date.now() - lastSign > SILENCE;
  const text = part("data-live-text");
  if (!text) return;
  part("data-live-on").hidden = isLost;
  part("data-live-off").hidden = !isLost;
  let said = null;
  if (isLost) said = `${board.dataset.lostWord} ${time(lastSign, false)}`;
  else if (changed) said = `${board.dataset.liveWord} ${time(changed, true)}`;
  else if (text.dataset.first) said = text.dataset.first;
  if (!text.dataset.first) text.dataset.first = text.textContent;
  if (said && text.textContent !== said) text.textContent = said;
}

function showClock() {
  const clock = part("data-clock");
  const shown = clock?.querySelector("time:last-of-type");
  if (!shown) return;
  const said = `${time(Date.now(), false)}\u00a0${clock.dataset.zoneWord}`;
  if (shown.textContent !== said) shown.textContent = said;
}

function alive() {
  lastSign = Date.now();
  showLife();
}

const values = () => new Map([...board.querySelectorAll("[data-tile]")].map((one) => [one.dataset.tile, one.dataset.value]));

board.addEventListener("htmx:sseOpen", (event) => {
  alive();
  const source = event.detail.source;
  if (source && !source.isHeard) {
    source.isHeard = true;
    source.addEventListener("pulse", alive);
  }
});
board.addEventListener("htmx:sseMessage", alive);
board.addEventListener("htmx:beforeSwap", () => { before = values(); });
board.addEventListener("htmx:afterSwap", () => {
  changed = Date.now();
  for (const tile of board.querySelectorAll("[data-tile]")) {
    if (before.get(tile.dataset.tile) === tile.dataset.value) continue;
    tile.classList.add("is-fresh");
    setTimeout(() => tile.classList.remove("is-fresh"), FLASH);
  }
  alive();
  showClock();
});

setInterval(() => { showLife(); showClock(); }, 1000);
showLife();
