// How long a record stays open that its reader opened by saying why. The server closes it; this only counts.

const band = document.querySelector("[data-closes-in]");
const left = band?.querySelector("[data-left]");

function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 120) {
    return `${Math.floor(minutes / 60)} hours`;
  }
  if (minutes < 1) {
    return "less than a minute";
  }
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

if (left) {
  const began = performance.now();
  const atFirst = Number(band.dataset.closesIn);
  const count = () => {
    const seconds = atFirst - (performance.now() - began) / 1000;
    if (seconds > 0) {
      left.textContent = inWords(seconds);
      return;
    }
    clearInterval(ticking);
    band.querySelector("p").textContent = "It has closed. What you have not saved yet cannot be saved here.";
    band.querySelector("button").remove();
  };
  const ticking = setInterval(count, 5000);
  count();
}
