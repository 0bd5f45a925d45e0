"""Messages to a browser, in a real one: leave is asked on a press, and what comes is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from mapalus.apps.notices import actions, sending
from mapalus.apps.notices.models import Channel, Notice, PushSubscription
from mapalus.engine import clock
from tests.apps.cases import cast
from tests.doors.portal.push_device import Device, device, moved, official

__all__ = ["device"]

# Chromium asks its maker's server for an address; this test stays on this machine, so the page is given one.
SERVICE = """
(() => {
  window.asked = 0;
  const real = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.asked += 1; return real(); };
  const subscription = {
    endpoint: "https://push.contoh.test/chromium", options: { applicationServerKey: null },
    toJSON: () => ({ endpoint: "https://push.contoh.test/chromium", keys: KEYS }),
  };
  PushManager.prototype.subscribe = async () => { sessionStorage.begun = "1"; return subscription; };
  PushManager.prototype.getSubscription = async () => (sessionStorage.begun ? subscription : null);
})();
"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_leave_is_asked_on_a_press_and_the_message_is_shown(
    chromium: Browser, live_server: Any, device: Device
) -> None:
    cast.organisation()
    cast.pack()
    client = official("P3")
    context = chromium.new_context(permissions=["notifications"])
    try:
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        context.add_init_script(SERVICE.replace("KEYS", json.dumps(device.keys())))
        page = context.new_page()
        page.goto(f"{live_server.url}/meja/kabar/")
        button = page.get_by_role("button", name="Terima pesan di peramban ini")
        expect(button).to_be_visible()
        assert page.evaluate("window.asked") == 0
        button.click()
        expect(page.get_by_text("peramban ini", exact=True)).to_be_visible()
        expect(button).to_be_hidden()
        assert PushSubscription.objects.get().receiver == "person:P3"
        moved(device)
        actions.tell("person:P3", event="e1", subject="Giliran Anda: L-7", url="/meja/kabar/", now=clock.now())
        sending.send(Notice.objects.get(channel=Channel.PUSH).pk, now=clock.now())
        session = context.new_cdp_session(page)
        workers: list[dict[str, Any]] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: workers.extend(said["registrations"]))
        session.send("ServiceWorker.enable")
        for _again in range(900):
            if workers:
                break
            page.wait_for_timeout(100)
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": live_server.url, "registrationId": workers[-1]["registrationId"],
             "data": json.dumps(device.opened())},
        )  # fmt: skip
        shown = page.evaluate(
            """async () => {
              const worker = await navigator.serviceWorker.ready;
              for (let turn = 0; turn < 900; turn += 1) {
                const found = await worker.getNotifications();
                if (found.length) return found.map((one) => [one.title, one.data.url]);
                await new Promise((done) => setTimeout(done, 100));
              }
              return [];
            }"""
        )
        assert shown == [["Giliran Anda: L-7", "/meja/kabar/"]]
    finally:
        context.close()
