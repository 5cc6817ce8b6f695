// Nobody there: after a while the page is covered and everything on it taken away, not only hidden. What was typed is kept
// first (drafts.js). Every tab of the browser counts as the same person being there. The server locks by its own clock too.

import { saveDrafts } from "./drafts.js";
import { fields, send } from "./own.js";

const WARN = 120000; // milliseconds before the lock
const TELL_EVERY = 20000; // milliseconds: how often the server hears that somebody is there
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"];

const limit = Number(document.body.dataset.idleSeconds) * 1000;
const tabs = new BroadcastChannel("carecoord-door");
let lastSign = Date.now();
let told = Date.now();
let covered = false;

/** Take everything off the page; what is left says that it is locked and leads to the lock page. */
export function cover() {
  covered = true;
  const heading = document.createElement("h1");
  heading.textContent = "Locked";
  const link = document.createElement("a");
  link.href = lockPage();
  link.textContent = "Unlock";
  const main = document.createElement("main");
  main.className = "page page--lock";
  main.append(heading, link);
  document.body.className = "locked";
  document.body.replaceChildren(main);
  document.title = "Locked · CareCoord";
}

function lockPage() {
  return `/accounts/lock/?next=${encodeURIComponent(location.pathname + location.search)}`;
}

async function lock() {
  if (covered) {
    return;
  }
  const own = fields();
  const saving = saveDrafts({ last: true });
  cover();
  tabs.postMessage("locked");
  await saving;
  await send("/accounts/lock/", { ...own, next: location.pathname + location.search });
  location.replace(lockPage());
}

function warn(left) {
  const place = document.getElementById("at-the-door");
  if (place === null) {
    return;
  }
  const due = limit > WARN && left <= WARN;
  if (due && !place.hasChildNodes()) {
    const words = document.createElement("p");
    words.className = "notice notice--warning";
    words.textContent = "Nobody has used this page for a while. It locks in 2 minutes; what you typed is kept. Press any key to go on.";
    place.append(words);
  } else if (!due && place.dataset.draft === undefined) {
    place.replaceChildren();
  }
}

function look() {
  const left = lastSign + limit - Date.now();
  if (left <= 0) {
    lock();
  } else if (!covered) {
    warn(left);
  }
}

function sign() {
  const now = Date.now();
  if (covered || now - lastSign >= limit) {
    return; // too late: a lid opened in the morning is no sign that the person of last night is there
  }
  lastSign = now;
  if (now - told >= TELL_EVERY) {
    told = now;
    tabs.postMessage("here");
    send("/accounts/awake/", fields()).then((answer) => {
      if (answer !== null && (answer.redirected || answer.status === 403)) {
        cover(); // locked, signed out, or somebody else is here: the server says what now
        location.replace(lockPage());
      }
    });
  }
}

for (const name of SIGNS) {
  document.addEventListener(name, sign, { passive: true, capture: true });
}
tabs.addEventListener("message", (event) => {
  if (event.data === "here") {
    lastSign = Date.now();
  } else if (event.data === "locked" && !covered) {
    const isSending = document.querySelector("form[data-sent]") !== null;
    saveDrafts({ last: true });
    cover();
    if (!isSending) {
      location.replace(lockPage()); // else the answer to what is being sent comes next
    }
  }
});
document.addEventListener("visibilitychange", look);
setInterval(look, 500);
