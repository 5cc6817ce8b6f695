// How long the second person has to sign. The server keeps the time; this only counts, and says when it has run out.

const place = document.querySelector("[data-seconds-left]");

if (place) {
  const began = performance.now();
  const atFirst = Number(place.dataset.secondsLeft);
  const count = () => {
    const left = Math.max(0, Math.round(atFirst - (performance.now() - began) / 1000));
    place.textContent = `${Math.floor(left / 60)} min ${left % 60} s left`;
    if (left === 0) {
      clearInterval(ticking);
      location.replace(location.href); // the page then says how to go on
    }
  };
  const ticking = setInterval(count, 1000);
  count();
}
