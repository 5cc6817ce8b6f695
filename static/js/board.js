// The ward's board asks for itself again, says how old it is, and says so when it is not up to date. It asks in the
// background, so that a board that nobody looks at locks like any other page; and not at all while it cannot be seen.

const EVERY = 30000; // milliseconds
const STALE = 120000;

const board = document.getElementById("board");
const band = document.getElementById("board-stale");
let answered = Date.now();
let asked = Date.now();
let failed = false;

function ask() {
  asked = Date.now();
  window.htmx.trigger(board, "again");
}

function inWords(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

function look() {
  if (!board.isConnected) {
    return; // locked: the page is gone
  }
  const old = Date.now() - answered;
  for (const place of document.querySelectorAll("[data-age]")) {
    place.textContent = `, updated ${inWords(old)}`;
  }
  const since = board.querySelector("[data-at]").dataset.at;
  let words = "";
  if (old >= STALE) {
    words = `Not up to date since ${since}. Look at the charts, and load the page again.`;
  } else if (failed) {
    words = `The server does not answer. What you see is of ${since}.`;
  }
  if (band.textContent !== words) {
    band.textContent = words;
  }
  if (!document.hidden && Date.now() - asked >= EVERY) {
    ask();
  }
}

board.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Background"] = "yes";
  event.detail.headers["X-Shown"] = board.querySelector("[data-shown]").dataset.shown;
});
board.addEventListener("htmx:afterRequest", (event) => {
  failed = !event.detail.successful;
  if (!failed) {
    answered = Date.now();
  }
  look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - asked >= EVERY) {
    ask();
  }
});
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    ask(); // from the browser's memory: older than it looks
  }
});
look();
setInterval(look, 1000);
