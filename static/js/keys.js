// The keyboard: "/" goes to the search, "g" then "c" to the caseload, up and down walk the rows of a list, left and
// right a lane of the timeline, up and down its lanes. Everything can be reached without these keys as well.

const GOTO_WAIT = 1000; // milliseconds between "g" and the next letter
const PLACES = { c: "/caseload/", h: "/handoffs/" };
const STEPS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 };

const search = document.querySelector("[data-search]");
let wentAt = -GOTO_WAIT;

document.documentElement.classList.add("has-keys");

const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
const middle = (element) => {
  const box = element.getBoundingClientRect();
  return box.left + box.width / 2;
};

/** The mark nearest to `mark` in the next lane up or down that has any. */
function acrossLanes(mark, marks, step) {
  const lanes = [...new Set(marks.map((other) => other.dataset.lane))];
  const lane = lanes[lanes.indexOf(mark.dataset.lane) + step];
  const distance = (other) => Math.abs(middle(other) - middle(mark));
  return marks.filter((other) => other.dataset.lane === lane).sort((a, b) => distance(a) - distance(b))[0];
}

/** What an arrow leads to from `link`; undefined where it leads nowhere. */
function target(link, key) {
  const picture = link.closest(".timeline__svg");
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  if (picture) {
    const marks = [...picture.querySelectorAll("a.mark")];
    const lane = marks.filter((mark) => mark.dataset.lane === link.dataset.lane);
    return sideways ? lane[lane.indexOf(link) + STEPS[key]] : acrossLanes(link, marks, STEPS[key]);
  }
  const list = link.closest("[data-rows]");
  if (list === null || sideways) {
    return undefined;
  }
  const links = [...list.querySelectorAll("a")];
  return links[links.indexOf(link) + STEPS[key]];
}

function walk(event) {
  const link = event.target.closest("a");
  const next = link && target(link, event.key);
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  if (event.key in STEPS) {
    walk(event);
  } else if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "g") {
    wentAt = event.timeStamp;
  } else if (event.key in PLACES && event.timeStamp - wentAt < GOTO_WAIT) {
    // Only where the reader has that page: no key leads to a refusal.
    document.querySelector(`.bar__pages a[href="${PLACES[event.key]}"]`)?.click();
  }
});
