// A page that the browser kept and shows again (the back button) may be about somebody who has gone, or in front of somebody
// who has come: it is blanked at once and asked for anew.

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.body.replaceChildren();
    location.reload();
  }
});
