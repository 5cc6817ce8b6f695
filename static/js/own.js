// What our own scripts send along: the tokens that every form of the page carries.

/** The CSRF token, and who opened this page. */
export function fields() {
  const value = (name) => document.querySelector(`input[name="${name}"]`)?.value ?? "";
  return { csrfmiddlewaretoken: value("csrfmiddlewaretoken"), opened_by: value("opened_by") };
}

/** Send a small form; the answer, or null where the server cannot be reached. */
export async function send(address, values, options = {}) {
  try {
    return await fetch(address, { method: "POST", body: new URLSearchParams(values), ...options });
  } catch {
    return null;
  }
}
