// The menu of narrow windows. Without this file "Menu" is a link that shows the menu as its target.

const menu = document.getElementById("menu");
const toggle = document.querySelector(".bar__toggle");

if (menu && toggle) {
  const show = (open) => {
    menu.classList.toggle("is-open", open);
    menu.classList.toggle("is-closed", !open);
    toggle.setAttribute("aria-expanded", String(open));
  };

  toggle.setAttribute("role", "button");
  toggle.setAttribute("aria-controls", "menu");
  show(false);

  toggle.addEventListener("click", (event) => {
    event.preventDefault();
    show(toggle.getAttribute("aria-expanded") === "false");
  });
  // A link that says it is a button answers to the space bar too.
  toggle.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      toggle.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && toggle.getAttribute("aria-expanded") === "true") {
      show(false);
      toggle.focus();
    }
  });
}
