// The line over which a page hears what changed. It mends itself: after a loss, sleep, a restart, or a ticket that ended.
// Tabs that show the same board share one line: the first holds it, the others listen to the first.
"use strict";

(() => {
  const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds until the next attempt; a part of chance is added
  const SILENCE = 25_000; // milliseconds without a sign of life after which the line is opened anew
  const ASLEEP = 10_000; // between two looks of a second each: the machine slept
  const IMPATIENT = 12_000; // whoever comes back to the page, or to the network, does not wait longer than this
  const ALL = "*";

  class Line {
    // `heard({board, parts, drawn, place})` for changes, `alive()` for every sign of life.
    constructor({ board, address, place, heard, alive }) {
      Object.assign(this, { board, address, place, heard, alive });
      this.attempts = 0;
      this.parts = new Map(); // part -> place of its last change: what a tab that comes later asks for
      this.since = place;
      this.lastSign = this.lastLook = Date.now();
      this.isMine = false; // this tab holds the line
      this.source = null;
      this.timer = 0;
      this.join();
      setInterval(() => this.look(), 1000);
      for (const name of ["online", "pageshow", "focus"]) addEventListener(name, () => this.hurry());
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
    }

    join() {
      const name = `mapalus-events-${this.address}`; // a wall and a page, or two sights, are told different things
      if (!navigator.locks || !globalThis.BroadcastChannel) {
        this.hold();
        return;
      }
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = (event) => this.told(event.data);
      // Given when the tab that has it is closed, whatever it died of; never given back before.
      navigator.locks.request(name, () => new Promise(() => { this.hold(); })).catch(() => this.hold());
      this.channel.postMessage({ hello: this.place });
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
        this.tell({ place: Number(event.lastEventId) });
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
      if (place >= this.place) return;
      const missed = place < this.since ? [ALL] : [...this.parts].filter(([, at]) => at > place).map(([part]) => part);
      this.channel.postMessage({ place: this.place, parts: missed });
    }

    take({ place, parts, drawn }) {
      this.lastSign = Date.now();
      if (place > this.place) this.place = place;
      for (const part of parts ?? []) this.parts.set(part, place);
      this.alive();
      if (parts?.length) this.heard({ parts, drawn: drawn ?? {}, place });
    }

    look() {
      const now = Date.now();
      const slept = now - this.lastLook > ASLEEP + 1000;
      this.lastLook = now;
      if (slept && !document.hidden) this.hurry();
      else if (now - this.lastSign > SILENCE) this.again(SILENCE);
    }

    hurry() {
      if (Date.now() - this.lastSign > IMPATIENT) this.again(1000);
    }

    again(pause) {
      const now = Date.now();
      if (now - (this.openedAt ?? 0) < pause) return;
      this.openedAt = now;
      // Silence while another tab holds the line: that tab stands still, so this one has a line of its own from now on.
      this.isMine = true;
      this.attempts = 0;
      this.open();
    }
  }

  globalThis.mapalusLine = (options) => new Line(options);
})();
