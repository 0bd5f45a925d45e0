// The outbox of this device: forms that were filled in without a network. Kept here, sent once, by page or by worker.
// A form is known by its key; the server answers the same key with the same number, however often it comes.
"use strict";

globalThis.mapalusOutbox = (() => {
  const NAME = "mapalus-kotak-keluar", FORMS = "formulir";

  function opened() {
    return new Promise((done, failed) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(FORMS, { keyPath: "key" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  async function ask(mode, what) {
    const database = await opened();
    try {
      return await new Promise((done, failed) => {
        const change = database.transaction(FORMS, mode);
        const asked = what(change.objectStore(FORMS));
        change.oncomplete = () => done(asked.result);
        change.onerror = change.onabort = () => failed(change.error);
      });
    } finally {
      database.close();
    }
  }

  const all = () => ask("readonly", (store) => store.getAll());
  const put = (form) => ask("readwrite", (store) => store.put(form));
  const remove = (key) => ask("readwrite", (store) => store.delete(key));

  // `entries`: names and values of the form, files among them.
  function keep(pack, title, entries) {
    const unsent = new Set(["csrfmiddlewaretoken", "aksi", "luring"]);
    const own = entries.filter(([name, value]) => !unsent.has(name) && !(value instanceof Blob && value.size === 0 && !value.name));
    return put({ key: crypto.randomUUID(), pack, title, entries: own, keptAt: new Date().toISOString(), state: "waiting" });
  }

  async function send(form) {
    const { token } = await (await fetch("/layanan/kirim/tanda/", { cache: "no-store" })).json();
    const body = new FormData();
    for (const [name, value] of form.entries) body.append(name, value);
    body.append("kunci", form.key);
    const answer = await fetch(`/layanan/${form.pack}/kirim/`, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (answer.status === 429 || answer.status >= 500) return false; // later
    const said = await answer.json().catch(() => ({}));
    // What was sent is not kept on the device any longer than it must.
    if (answer.ok) await put({ key: form.key, pack: form.pack, title: form.title, keptAt: form.keptAt, state: "sent", ...said });
    else if (answer.status === 422) await put({ key: form.key, pack: form.pack, title: form.title, keptAt: form.keptAt, state: "wrong", ...said });
    else await put({ ...form, state: "refused", problem: said.problem ?? String(answer.status) });
    return true;
  }

  // Send what waits; how many are still waiting. One tab or the worker at a time.
  async function flush() {
    const run = async () => {
      for (const form of await all()) {
        if (form.state !== "waiting") continue;
        try {
          if (!(await send(form))) break;
        } catch {
          break; // still no network
        }
      }
    };
    if (navigator.locks) await navigator.locks.request(NAME, run);
    else await run();
    return (await all()).filter((form) => form.state === "waiting").length;
  }

  return { all, flush, keep, remove };
})();

if (typeof document !== "undefined" && "indexedDB" in globalThis) {
  const words = document.currentScript.dataset, outbox = globalThis.mapalusOutbox;
  const list = document.querySelector("[data-outbox-list]");
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  document.querySelector("main")?.before(told);

  const say = (waiting) => {
    told.className = waiting ? "sample" : "";
    told.replaceChildren();
    if (!waiting || list) return;
    const link = document.createElement("a");
    link.href = "/layanan/kotak-keluar/";
    link.textContent = words.waiting.replace("%s", waiting);
    const row = document.createElement("div");
    row.className = "wrap";
    row.append(link);
    told.append(row);
  };

  const draw = async () => {
    if (!list) return;
    const forms = (await outbox.all()).sort((one, other) => other.keptAt.localeCompare(one.keptAt));
    list.replaceChildren(...forms.map((form) => {
      const part = document.querySelector(`template[data-state="${form.state}"]`).content.cloneNode(true);
      for (const place of part.querySelectorAll("[data-part]")) {
        const value = form[place.dataset.part] ?? "";
        if (place.dataset.part === "keptAt") place.textContent = new Date(value).toLocaleString(document.documentElement.lang);
        else if (place instanceof HTMLAnchorElement) place.href = value;
        else place.textContent = value;
      }
      part.querySelector("[data-remove]")?.addEventListener("click", async () => { await outbox.remove(form.key); await look(); });
      return part;
    }));
    document.querySelector("[data-outbox-empty]").hidden = forms.length > 0;
  };

  const look = async () => { say(await outbox.flush()); await draw(); };
  const start = async () => {
    if (!(await outbox.all()).length && !list) return;
    await draw();
    await look();
    addEventListener("online", look);
    addEventListener("focus", look);
    setInterval(look, list ? 5000 : 30000);
  };
  start().catch(() => {});
}
