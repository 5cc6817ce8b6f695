// Passkeys: the button asks the browser, the browser asks for a finger, face or key, and a form sends the answer.
// Without this file, or in a browser without passkeys, there is no button.
/* global webauthnJSON */

const REFUSED = "That did not work. Try again, or use another way below.";

const form = (name) => document.querySelector(`form[data-passkey="${name}"]`);
const given = () => JSON.parse(document.getElementById("js_data").textContent);

async function ask(name) {
  if (name === "add") {
    const options = given().creation_options;
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    return webauthnJSON.create(options);
  }
  if (name === "sign-in") {
    const answer = await fetch(form(name).action, { headers: { Accept: "application/json" } });
    return webauthnJSON.get((await answer.json()).request_options);
  }
  return webauthnJSON.get(given().request_options);
}

async function press(name) {
  const problem = document.querySelector("[data-passkey-problem]");
  problem.textContent = "";
  try {
    const credential = await ask(name);
    form(name).elements.credential.value = JSON.stringify(credential);
    form(name).submit();
  } catch {
    problem.textContent = REFUSED;
  }
}

if (globalThis.PublicKeyCredential !== undefined) {
  for (const part of document.querySelectorAll("[data-passkey-part]")) {
    part.hidden = false;
  }
  for (const button of document.querySelectorAll("[data-passkey-button]")) {
    button.addEventListener("click", () => press(button.dataset.passkeyButton));
  }
}
