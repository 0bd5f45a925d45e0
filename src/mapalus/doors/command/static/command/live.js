// The line over which a page hears what changed. It mends itself: after a loss, sleep, a restart, or a ticket that ended.
// Tabs that show the same board share one line: the first holds it, the others listen to the first. A tab that nobody
// sees gives its line back, since over HTTP/1.1 a browser has six to a host, and asks for what it missed when it is shown.
"use strict";

(() => {
  const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds until the next attempt; a part of chance is added
  const SILENCE = 25_000; // milliseconds without a sign of life after which the line is opened anew
  const ASLEEP = 10_000; // between two looks of a second each: the machine slept
  const IMPATIENT = 12_000; // whoever comes back to the page, or to the network, does not wait longer than this
  const UNSEEN = 5_000; // milliseconds a tab may be hidden before it gives its line back
  const ALL = "*";

  // What the server's clock says: a telephone's own may be wrong by hours, and may be set while the board is open.
  let theirs = null; // {now, at}: what it said, and when by a clock that nobody sets
  const said = (now, at = performance.now()) => { if (now) theirs = { now, at }; };
  globalThis.mapalusNow = () => (theirs ? theirs.now + performance.now() - theirs.at : Date.now());

  class Line {
    // `heard({board, parts, drawn, place})` for changes, `alive()` for every sign of life, `shown()` when somebody looks
    // again. `stays`: a wall keeps its line, whatever its browser believes about who sees it.
    constructor({ board, address, place, now, stays, heard, alive, shown }) {
      Object.assign(this, { board, address, place, stays, heard, alive, shown });
      said(now, performance.getEntriesByType("navigation")[0]?.responseStart);
      this.attempts = 0;
      this.parts = new Map(); // part -> place of its last change: what a tab that comes later asks for
      this.since = place;
      this.lastSign = this.lastLook = performance.now();
      this.ahead = Date.now() - this.lastLook; // of the clock on the wall before the one that nobody sets
      this.isMine = false; // this tab holds the line
      this.isResting = false; // nobody sees it: no line, and no wish for one
      this.source = null;
      this.timer = this.rest = 0;
      this.name = `mapalus-events-${address}`; // a wall and a page, or two sights, are told different things
      if (navigator.locks && globalThis.BroadcastChannel) {
        this.channel = new BroadcastChannel(this.name);
        this.channel.onmessage = (event) => this.told(event.data);
      }
      if (!this.stays && document.hidden) this.isResting = true;
      else this.join();
      setInterval(() => this.look(), 1000);
      for (const name of ["online", "focus"]) addEventListener(name, () => this.hurry());
      document.addEventListener("visibilitychange", () => (document.hidden ? this.hide() : this.show()));
      addEventListener("pagehide", () => this.sleep()); // one leaves the page: it may be kept as it is, for a way back
      addEventListener("pageshow", () => { if (!document.hidden) this.show(); });
    }

    join() {
      if (!this.channel) {
        this.hold();
        return;
      }
      const wish = new AbortController();
      const held = new Promise((done) => { this.giveUp = () => { wish.abort(); done(); }; });
      // Given to the next when the tab that has it is closed, whatever it died of, or is not seen any more.
      navigator.locks.request(this.name, { signal: wish.signal }, () => {
        if (!wish.signal.aborted) this.hold();
        return held;
      }).catch(() => { if (!wish.signal.aborted) this.hold(); });
      this.channel.postMessage({ hello: this.place });
    }

    hide() {
      clearTimeout(this.rest);
      if (!this.stays) this.rest = setTimeout(() => { if (document.hidden) this.sleep(); }, UNSEEN);
    }

    sleep() {
      if (this.isResting) return;
      this.isResting = true;
      this.isMine = false;
      clearTimeout(this.timer);
      this.source?.close();
      this.source = null;
      this.giveUp?.();
    }

    show() {
      clearTimeout(this.rest);
      if (this.isResting) {
        this.isResting = false;
        this.attempts = 0;
        this.openedAt = performance.now();
        this.join();
      } else {
        this.hurry();
      }
      this.shown();
    }

    hold() {
      if (this.isMine) return;
      this.isMine = true;
      this.open();
    }

    open() {
      clearTimeout(this.timer);
      this.source?.close();
      const address = new URL(this.address, location.href);
      address.searchParams.set("after", this.place);
      const source = new EventSource(address, { withCredentials: true });
      this.source = source;
      source.addEventListener("pulse", (event) => {
        this.attempts = 0;
        this.tell({ place: Number(event.lastEventId), now: Number(event.data) });
      });
      source.addEventListener(this.board, (event) => {
        const { parts, drawn } = JSON.parse(event.data);
        this.tell({ place: Number(event.lastEventId), parts, drawn });
      });
      source.onerror = () => this.fail(source);
    }

    fail(source) {
      // A browser goes on by itself after some errors and gives up after others: here every loss is mended the same way.
      source.close();
      if (source !== this.source) return;
      this.source = null;
      const pause = PAUSES[Math.min(this.attempts, PAUSES.length - 1)] * 1000;
      this.attempts += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
    }

    tell(said) {
      this.take(said);
      this.channel?.postMessage(said);
    }

    told(said) {
      if (said.hello !== undefined) {
        if (this.isMine) this.answer(said.hello);
      } else {
        this.take(said);
      }
    }

    answer(place) {
      if (performance.now() - this.lastSign > IMPATIENT) return; // it does not know either
      const missed = place < this.since ? [ALL] : [...this.parts].filter(([, at]) => at > place).map(([part]) => part);
      this.channel.postMessage({ place: this.place, parts: missed });
    }

    take({ place, parts, drawn, now }) {
      this.lastSign = performance.now();
      said(now);
      if (place > this.place) this.place = place;
      for (const part of parts ?? []) this.parts.set(part, place);
      this.alive();
      if (parts?.length) this.heard({ parts, drawn: drawn ?? {}, place });
    }

    look() {
      const now = performance.now(), ahead = Date.now() - now;
      // Some machines count no time while they sleep: then the clock on the wall has gone on without the other.
      const slept = now - this.lastLook > ASLEEP + 1000 || ahead - this.ahead > ASLEEP;
      this.lastLook = now;
      this.ahead = ahead;
      if (this.isResting) return;
      if (slept && (this.stays || !document.hidden)) this.again(1000);
      else if (now - this.lastSign > SILENCE) this.again(SILENCE);
    }

    hurry() {
      if (!this.isResting && performance.now() - this.lastSign > IMPATIENT) this.again(1000);
    }

    again(pause) {
      const now = performance.now();
      if (now - (this.openedAt ?? -pause) < pause) return;
      this.openedAt = now;
      // Silence while another tab holds the line: that tab stands still, so this one has a line of its own from now on.
      this.isMine = true;
      this.attempts = 0;
      this.open();
    }
  }

  globalThis.mapalusLine = (options) => new Line(options);
})();
