// A button that prints the page; a page that was opened to be printed asks for it at once.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
if (document.querySelector("[data-print-now]")) window.addEventListener("load", () => window.print());
