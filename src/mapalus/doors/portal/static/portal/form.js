// Help for a form that works without it: the present place, and a word when there is no network.
"use strict";

// The area of a point, where the platform knows it; what somebody has chosen stays.
async function fillArea(form, lat, lon) {
  const area = form.querySelector("[data-area]");
  if (!area?.choose || area.querySelector("select")?.value) return;
  try {
    const answer = await (await fetch(`${area.dataset.area}?${new URLSearchParams({ lat, lon })}`)).json();
    if (answer.choices?.length) await area.choose(answer.choices[0][0]);
  } catch { /* without a network it is asked */ }
}

for (const form of document.querySelectorAll("form[data-locate]")) {
  for (const part of form.querySelectorAll("fieldset[data-question]")) {
    const lat = part.querySelector("input[name$='-lat']"), lon = part.querySelector("input[name$='-lon']");
    if (!lat || !lon || !("geolocation" in navigator)) continue;
    const button = document.createElement("button"), said = document.createElement("span");
    button.type = "button";
    button.className = "btn btn--small btn--plain";
    button.textContent = form.dataset.locate;
    said.className = "small muted";
    said.setAttribute("role", "status");
    const row = document.createElement("p");
    row.className = "row";
    row.append(button, said);
    part.append(row);
    button.addEventListener("click", () => {
      said.textContent = form.dataset.locating;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          lat.value = coords.latitude.toFixed(5);
          lon.value = coords.longitude.toFixed(5);
          said.textContent = `± ${Math.round(coords.accuracy)} m`;
          form.dispatchEvent(new Event("input"));
          fillArea(form, lat.value, lon.value);
        },
        () => { said.textContent = form.dataset.lost; },
        { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
      );
    });
  }
}

const offline = document.querySelector("[data-offline]");
if (offline) {
  // The kept copy of a form stands in for the real one only where the network did not answer, whatever it is called.
  const isCopy = offline.dataset.offline === "copy" && !location.pathname.endsWith("/luring/");
  const look = () => { offline.hidden = navigator.onLine && !isCopy; };
  addEventListener("online", look);
  addEventListener("offline", look);
  look();
}
