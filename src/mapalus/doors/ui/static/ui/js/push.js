// Messages to this browser (web push). Leave is asked for only when the button is pressed. Hooks are data- attributes.
"use strict";

(() => {
  const box = document.querySelector("[data-push]");
  const form = box?.querySelector("[data-push-form]"), said = box?.querySelector("[data-push-said]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

  async function mark(endpoint) {
    const found = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
    return [...new Uint8Array(found)].map((one) => one.toString(16).padStart(2, "0")).join("").slice(0, 16);
  }

  // The row of this browser says so; then there is nothing left to press.
  async function look() {
    if (Notification.permission === "denied") { said.textContent = box.dataset.denied; return; }
    const worker = await navigator.serviceWorker.getRegistration("/");
    const mine = await worker?.pushManager.getSubscription();
    const row = mine && box.querySelector(`[data-push-mark="${await mark(mine.endpoint)}"]`);
    const here = row?.querySelector("[data-push-here]");
    if (here) here.hidden = false;
    form.hidden = Boolean(row);
  }

  async function start() {
    if ((await Notification.requestPermission()) !== "granted") { said.textContent = box.dataset.denied; return; }
    await navigator.serviceWorker.register("/worker.js");
    const worker = await navigator.serviceWorker.ready;
    const key = bytes(box.dataset.key);
    let mine = await worker.pushManager.getSubscription();
    const old = mine && new Uint8Array(mine.options.applicationServerKey ?? new ArrayBuffer(0));
    if (old && old.join() !== key.join()) { await mine.unsubscribe(); mine = null; }
    mine ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const answer = await fetch(form.action, {
      method: "POST",
      body: JSON.stringify(mine.toJSON()),
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    location.reload();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "";
    start().catch(() => { said.textContent = box.dataset.failed; });
  });
  look().catch(() => {});
})();
