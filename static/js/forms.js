// Forms: nothing is sent twice by a double click, nothing typed is lost by leaving the page, and the design system's own
// behaviour (focus on the error summary, fields that a choice opens) is started where a page has any of it.
// Nothing that is typed is kept in the browser.

const SEND_AGAIN_AFTER = 10000; // milliseconds: an answer that has not come by then may be asked for again
const changed = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") {
    return; // sent by htmx, or only a question
  }
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, SEND_AGAIN_AFTER);
  changed.delete(form);
});

// Coming back to a page that the browser kept: its forms can be sent.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-warn-unsaved")) {
    changed.add(form);
  }
});

window.addEventListener("beforeunload", (event) => {
  const unsaved = [...changed].some((form) => form.isConnected);
  if (unsaved) {
    event.preventDefault();
  }
});

async function startDesignSystem() {
  if (document.querySelector('[data-module^="nhsuk-"]') === null) {
    return;
  }
  // The design system asks for this class before it starts.
  document.body.classList.add("nhsuk-frontend-supported");
  const { createAll, Checkboxes, ErrorSummary, Radios } = await import("../built/nhsuk-frontend.js");
  for (const component of [Checkboxes, ErrorSummary, Radios]) {
    createAll(component);
  }
}

startDesignSystem();
