// The lock page and the sign-in page: nobody is at this browser now, so every other tab covers itself. The clock goes on.

new BroadcastChannel("carecoord-door").postMessage("locked");

const clock = document.querySelector("[data-clock]");
const time = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" });

if (clock !== null) {
  setInterval(() => {
    clock.textContent = time.format(new Date());
  }, 1000);
}
