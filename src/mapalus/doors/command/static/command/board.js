// A live board: takes what changed into the page, and shows whether the line lives, since when it does not, and what is new.
"use strict";

(() => {
  const SILENCE = 30_000; // milliseconds without a sign of life after which the line counts as lost
  const FLASH = 700;
  const SPOKEN = 10_000; // between two sentences for those who hear the page
  const MOST = 6; // parts fetched one by one; of more, the whole board at once
  const PAUSES = [0.5, 2, 5, 15, 30]; // seconds until what could not be fetched is asked for again
  const AGED = 300_000; // milliseconds after which ages, limits and days are told anew though no number changed
  const ALL = "*";

  const board = document.querySelector("[data-board]");
  if (!board?.dataset.events) return;
  let lastSign = performance.now();
  let drawnAt = lastSign; // all of it
  let changed = null; // when the board last changed before our eyes, by the server's clock
  const wanted = new Set(); // parts to fetch
  let isFetching = false;
  let failures = 0;

  const part = (name) => board.querySelector(`[${name}]`);
  const element = (name) => document.getElementById(name) ?? board.querySelector(`[data-tile="${CSS.escape(name)}"]`);

  // --- what stands in the head --------------------------------------------------------------------------------------

  function time(at, seconds) {
    const zone = part("data-clock")?.dataset.zone;
    const english = document.documentElement.lang === "en";
    const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    if (seconds) form.second = "2-digit";
    const text = new Intl.DateTimeFormat("en-GB", form).format(at);
    return english ? text : text.replaceAll(":", ".");
  }

  function showLife() {
    const text = part("data-live-text");
    if (!text) return;
    const silent = performance.now() - lastSign, isLost = silent > SILENCE;
    part("data-live-on").hidden = isLost;
    part("data-live-off").hidden = !isLost;
    if (!text.dataset.first) text.dataset.first = text.textContent;
    let said = text.dataset.first;
    if (isLost) said = `${board.dataset.lostWord} ${time(mapalusNow() - silent, false)}`;
    else if (changed) said = `${board.dataset.liveWord} ${time(changed, true)}`;
    if (text.textContent !== said) text.textContent = said;
  }

  function showClock() {
    const clock = part("data-clock");
    const shown = clock?.querySelector("time:last-of-type");
    if (!shown) return;
    const said = `${time(mapalusNow(), false)}\u00a0${clock.dataset.zoneWord}`;
    if (shown.textContent !== said) shown.textContent = said;
  }

  function alive() {
    lastSign = performance.now();
    showLife();
  }

  // A number that stays goes on to age: its words are the server's. Not under the hands of whoever reads a table.
  function age(after) {
    if (document.hidden || performance.now() - drawnAt < after || wanted.size) return;
    if (board.querySelector("details[open]") || board.contains(document.activeElement)) return;
    if (!getSelection()?.isCollapsed) return;
    drawnAt = performance.now();
    wanted.add(ALL);
    fetchWanted();
  }

  // --- what changed -------------------------------------------------------------------------------------------------

  const values = () => new Map([...board.querySelectorAll("[data-tile]")].map((one) => [one.dataset.tile, one.dataset.value]));

  function heard({ parts, drawn }) {
    const before = values();
    let took = false;
    for (const name of parts) {
      const old = element(name);
      if (drawn[name] && old) {
        replace(old, drawn[name]);
        wanted.delete(name);
        took = true;
      } else {
        wanted.add(old && board.dataset.tiles ? name : ALL);
      }
    }
    if (took) show(before);
    fetchWanted();
  }

  function replace(old, markup) {
    const box = document.createElement("template");
    box.innerHTML = markup;
    const fresh = box.content.firstElementChild;
    if (!fresh) return;
    const isFocused = old.contains(document.activeElement);
    const place = isFocused ? [...old.querySelectorAll("a, button, summary, [tabindex]")].indexOf(document.activeElement) : -1;
    old.replaceWith(fresh);
    if (isFocused) (fresh.querySelectorAll("a, button, summary, [tabindex]")[place] ?? fresh).focus?.({ preventScroll: true });
  }

  function show(before) {
    const fresh = [...board.querySelectorAll("[data-tile]")].filter((one) => before.get(one.dataset.tile) !== one.dataset.value);
    if (fresh.length) changed = mapalusNow();
    for (const tile of fresh) {
      tile.classList.add("is-fresh");
      setTimeout(() => tile.classList.remove("is-fresh"), FLASH);
    }
    if (fresh.length) speak(fresh);
    showLife();
    showClock();
  }

  async function fetchWanted() {
    if (isFetching || !wanted.size) return;
    isFetching = true;
    try {
      while (wanted.size) {
        const names = wanted.has(ALL) || wanted.size > MOST ? [ALL] : [...wanted];
        const asked = [...wanted];
        wanted.clear();
        try {
          const found = await Promise.all(names.map(ask));
          const before = values();
          names.forEach((name, n) => take(name, found[n]));
          failures = 0;
          show(before);
        } catch {
          for (const name of asked) wanted.add(name);
          const pause = PAUSES[Math.min(failures, PAUSES.length - 1)] * (0.75 + Math.random() / 2);
          failures += 1;
          await new Promise((done) => setTimeout(done, pause * 1000));
        }
      }
    } finally {
      isFetching = false;
    }
  }

  async function ask(name) {
    const address = name === ALL ? board.dataset.address : `${board.dataset.tiles}${name.replace(/\D+/g, "")}/${location.search}`;
    // Whoever is asked to sign in meanwhile stays on the numbers there are: nobody sits before a wall to do it.
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "error", cache: "no-cache" });
    if (!answer.ok) throw new Error(answer.status);
    const markup = await answer.text();
    // A network that wants a password first, or a proxy, may answer in our name: then the numbers there are stay.
    if (!markup.includes(name === ALL ? "data-live" : `id="${name}"`)) throw new Error("not ours");
    return markup;
  }

  function take(name, markup) {
    if (name !== ALL) {
      const old = element(name);
      if (old) replace(old, markup);
      return;
    }
    const focused = document.activeElement?.closest("[data-tile]")?.dataset.tile;
    board.innerHTML = markup;
    board.append(voice);
    drawnAt = performance.now();
    if (focused) board.querySelector(`[data-tile="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
  }

  // --- for those who hear the page: what is new, joined -------------------------------------------------------------

  const news = new Map();
  let speaking = 0;
  const voice = document.createElement("p");
  voice.className = "visually-hidden";
  voice.setAttribute("aria-live", "polite");
  board.append(voice);

  function speak(tiles) {
    for (const tile of tiles) news.set(tile.dataset.tile, tile);
    speaking ||= setTimeout(() => {
      const said = [...news.keys()].slice(0, 3).map(sentence).filter(Boolean);
      if (news.size > 3) said.push(`+${news.size - 3}`);
      voice.textContent = said.join("; ");
      news.clear();
      speaking = 0;
    }, voice.textContent ? SPOKEN : 1000);
  }

  function sentence(code) {
    const tile = board.querySelector(`[data-tile="${CSS.escape(code)}"]`);
    const name = tile?.querySelector("h2, h3, .tile__label")?.textContent.trim();
    const value = tile?.querySelector(".tile__value")?.textContent.trim().replace(/\s+/g, " ");
    return name && value ? `${name}: ${value}` : "";
  }

  const aged = AGED * (0.75 + Math.random() / 2); // a thousand boards that were opened together do not ask together
  globalThis.mapalusLine({
    board: board.dataset.board, address: board.dataset.events, place: Number(board.dataset.place),
    now: Number(board.dataset.now), stays: "rotate" in board.dataset, heard, alive, shown: () => age(60_000),
  });
  setInterval(() => { showLife(); showClock(); age(aged); }, 1000);
  showLife();
})();
