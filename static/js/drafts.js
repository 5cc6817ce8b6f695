// What somebody typed and did not send is kept for them, on the server and encrypted: while they type, and before the page
// locks. Back on the page, it is filled in again. Passwords, files and the search are never kept; nothing stays in the browser.

import { fields, send } from "./own.js";

const SAVE_EVERY = 30000; // milliseconds
const NEVER = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);

const own = location.pathname.startsWith("/accounts/") ? [] : [...document.querySelectorAll('form[method="post"]:not([role="search"])')];
const ownFields = () => own.filter((form) => shown(form).length > 0);
const opening = new Map(); // each form as the page brought it
const unsent = document.body.dataset.unsent; // on a page that says what has to be put right
let restored = ""; // which kept text stands in the form
let saved = "";
let sending = null;

const action = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;
// A hidden field with data-kept says what the writer had seen: it goes with the text, else old words would pass for new ones.
const isKept = (control) => control.dataset.kept !== undefined || !NEVER.has(control.type);
const shown = (form) => [...form.elements].filter((control) => control.name && isKept(control));

function typed(form) {
  const values = [];
  for (const control of shown(form)) {
    if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked) {
        values.push([control.name, control.value]);
      }
    } else if (control.type === "select-multiple") {
      values.push(...[...control.selectedOptions].map((option) => [control.name, option.value]));
    } else {
      values.push([control.name, control.value]);
    }
  }
  return values;
}

function changedForms() {
  const changed = {};
  for (const form of own) {
    const values = typed(form);
    if (values.length > 0 && form.isConnected && form.dataset.sent === undefined && JSON.stringify(values) !== opening.get(form)) {
      changed[action(form)] = values;
    }
  }
  return changed;
}

// Emptied by whoever typed it, and not because it is on its way or its form is no longer on the page.
const emptied = () => saved !== "" && own.every((form) => form.isConnected && form.dataset.sent === undefined);

/** Keep what was typed, where anything was since the last time; what was taken out again is no longer kept. */
export async function saveDrafts({ last = false } = {}) {
  const data = JSON.stringify(changedForms());
  if (data === saved || (data === "{}" && !emptied())) {
    return;
  }
  sending?.abort(); // what is still on its way when the page is left may never arrive: it is sent again
  sending = new AbortController();
  const answer = await send("/accounts/draft/", { ...fields(), restored, data }, { keepalive: last, signal: sending.signal });
  if (answer?.ok) {
    saved = data;
  }
}

function fill(form, values) {
  const left = values.map(([name, value]) => ({ name, value }));
  for (const control of shown(form)) {
    const same = left.filter((each) => each.name === control.name);
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = same.some((each) => each.value === control.value);
    } else if (control.type === "select-multiple") {
      for (const option of control.options) {
        option.selected = same.some((each) => each.value === option.value);
      }
    } else if (same.length > 0) {
      control.value = same[0].value;
      left.splice(left.indexOf(same[0]), 1);
    }
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** The form says which kept text it has in it: when it is taken, that text has had its day. */
function says(form, which) {
  const from = document.createElement("input");
  from.type = "hidden";
  from.name = "restored";
  from.value = restored = which;
  form.append(from);
}

function say() {
  const place = document.getElementById("at-the-door");
  const words = document.createElement("p");
  words.className = "notice notice--success";
  words.textContent = "What you typed before is back. It is not sent yet.";
  place.dataset.draft = "";
  place.replaceChildren(words);
}

async function bringBack() {
  let answer;
  try {
    answer = await fetch(`/accounts/draft/?path=${encodeURIComponent(location.pathname + location.search)}`, {
      headers: { "X-Background": "1" },
    });
  } catch {
    return;
  }
  const { opening: which, forms: kept } = answer.ok ? await answer.json() : { opening: "", forms: {} };
  // Whoever has begun to type meanwhile keeps that; the kept text stays in their list.
  const filled = own.filter((form) => kept[action(form)] !== undefined && JSON.stringify(typed(form)) === opening.get(form));
  for (const form of filled) {
    fill(form, kept[action(form)]);
    says(form, which);
  }
  if (filled.length > 0) {
    say();
  }
}

for (const form of own) {
  opening.set(form, unsent === undefined ? JSON.stringify(typed(form)) : ""); // what stands there is typed, not sent
  if (unsent) {
    says(form, unsent);
  }
}
document.addEventListener("submit", () => sending?.abort());
document.addEventListener("visibilitychange", () => document.hidden && saveDrafts({ last: true }));
setInterval(saveDrafts, SAVE_EVERY);
if (ownFields().length > 0 && unsent === undefined && document.body.dataset.hasDrafts !== undefined) {
  bringBack();
}
