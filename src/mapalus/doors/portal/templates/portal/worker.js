// Keeps what was read, so that it can be read again without a network. Nothing of the desk, the boards or an account.
"use strict";
const KEPT = "mapalus-{{ ui.stylesheet|cut:"/-/ui."|cut:".css" }}";
const FIRST = ["/luring", "{{ ui.stylesheet }}"];
const CLOSED = ["/meja/", "/papan/", "/akun/", "/-/", "/api/", "/events"];
const MOST = 60;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FIRST)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isStyle = address.pathname.startsWith("/-/ui.") || address.pathname.startsWith("/static/ui/");
  if (!isStyle && CLOSED.some((path) => address.pathname.startsWith(path))) return;
  if (!isStyle && event.request.mode !== "navigate") return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected && (fresh.headers.get("Content-Type") ?? "").match(/html|css|javascript|svg/)) {
      await cache.put(request, fresh.clone());
      const keys = await cache.keys();
      if (keys.length > MOST) await cache.delete(keys[FIRST.length]);
    }
    return fresh;
  } catch {
    return (await cache.match(request)) ?? (await cache.match("/luring")) ?? Response.error();
  }
}
