{% load static %}// Keeps what was read, so that it can be read again without a network; keeps forms that could not be sent, and sends
// them once. Nothing of the desk, the boards, an account or a case is kept.
"use strict";
importScripts("{% static "portal/outbox.js" %}");
const KEPT = "mapalus-{{ ui.stylesheet|cut:"/-/ui."|cut:".css" }}-{{ digest }}";
const FIRST = ["/luring", "/layanan/kotak-keluar/", "{{ ui.stylesheet }}", "{% static "ui/js/ui.js" %}", "{% static "ui/js/expression.js" %}", "{% static "ui/js/questions.js" %}", "{% static "portal/form.js" %}", "{% static "portal/outbox.js" %}"];
const FORMS = [{% for name in forms %}"/layanan/{{ name }}/luring/"{% if not forloop.last %}, {% endif %}{% endfor %}];
const CLOSED = ["/meja/", "/papan/", "/akun/", "/-/", "/api/", "/events", "/layanan/kasus/", "/layanan/ikuti/", "/layanan/saya/"];
const MOST = 60;
const FORM = /^\/layanan\/([\w-]+)\/mulai\/(\d+\/)?$/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then(async (cache) => {
    await cache.addAll(FIRST);
    await Promise.all(FORMS.map((form) => cache.add(form).catch(() => {})));
  }).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => clients.claim()));
});
addEventListener("sync", (event) => {
  if (event.tag === "kotak-keluar") event.waitUntil(mapalusOutbox.flush().then((waiting) => { if (waiting) throw new Error("waiting"); }));
});
addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (address.origin !== location.origin) return;
  const form = FORM.exec(address.pathname);
  if (event.request.method === "POST" && event.request.mode === "navigate" && form) {
    event.respondWith(sent(event.request, form[1]));
    return;
  }
  if (event.request.method !== "GET") return;
  const isStyle = address.pathname.startsWith("/-/ui.") || address.pathname.startsWith("/static/ui/") || address.pathname.startsWith("/static/portal/");
  if (!isStyle && CLOSED.some((path) => address.pathname.startsWith(path))) return;
  if (!isStyle && event.request.mode !== "navigate") return;
  event.respondWith(answer(event.request, form ? `/layanan/${form[1]}/luring/` : null));
});

// A message for whoever let this browser receive some. It names a page of ours and nothing else.
addEventListener("push", (event) => {
  let told = {};
  try { told = event.data?.json() ?? {}; } catch { told = {}; }
  const url = typeof told.url === "string" && /^\/(?!\/)/.test(told.url) ? told.url : "/layanan/saya/";
  const options = { tag: String(told.id ?? "mapalus"), data: { url }, icon: "{% static "ui/mark.svg" %}", lang: "id" };
  event.waitUntil(registration.showNotification(String(told.title ?? "Mapalus").slice(0, 200), options));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url ?? "/";
  event.waitUntil(clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
    const there = open.find((one) => new URL(one.url).pathname === url);
    return there ? there.focus() : clients.openWindow(url);
  }));
});

async function answer(request, instead) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    const isOpen = !(fresh.headers.get("Cache-Control") ?? "").includes("no-store");
    if (fresh.ok && isOpen && !fresh.redirected && (fresh.headers.get("Content-Type") ?? "").match(/html|css|javascript|svg/)) {
      await cache.put(request, fresh.clone());
      const keys = await cache.keys();
      if (keys.length > MOST) await cache.delete(keys[FIRST.length + FORMS.length]);
    }
    return fresh;
  } catch {
    return (await cache.match(request)) ?? (instead && (await cache.match(instead))) ?? (await cache.match("/luring")) ?? Response.error();
  }
}

// A filled form that the network or a busy server did not take goes into the outbox, if it is a whole one (it says so
// by `luring`). The page of a busy server holds any other form itself.
async function sent(request, pack) {
  const copy = request.clone();
  let busy = null;
  try {
    const answer = await fetch(request);
    if (answer.status !== 503 && answer.status !== 403) return answer; // 403: the token of a kept copy is too old
    busy = answer;
    throw new Error("busy");
  } catch {
    const form = await copy.formData();
    if (!form.get("luring") && busy) return busy;
    if (!form.get("luring")) return (await (await caches.open(KEPT)).match("/luring")) ?? Response.error();
    await mapalusOutbox.keep(pack, form.get("luring"), [...form.entries()]);
    await registration.sync?.register("kotak-keluar").catch(() => {});
    return Response.redirect("/layanan/kotak-keluar/", 303);
  }
}
