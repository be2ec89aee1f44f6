/** Elder pages: reads the page aloud, in the order in which a screen reader meets it; a second press stops it. */
const button = document.querySelector<HTMLButtonElement>("[data-read-aloud]");
const main = document.querySelector("main");
const READ = "h1, h2, h3, p, li, dt, dd, label, legend, a.btn, button.btn, td, th";
const words = { read: button?.dataset.readAloud ?? "", stop: button?.dataset.stop ?? "" };

/** The texts of the page, each once: an element inside one that is read already is left out, and so is what nobody sees. */
function texts(): string[] {
  const parts = [...(main?.querySelectorAll<HTMLElement>(READ) ?? [])];
  const shown = parts.filter((part) => part.offsetParent !== null && part !== button && !part.closest("[aria-hidden=true]"));
  return shown.filter((part) => !shown.some((other) => other !== part && other.contains(part))).map((part) => part.innerText.trim()).filter(Boolean);
}

function show(reading: boolean): void {
  if (!button) return;
  button.setAttribute("aria-pressed", String(reading));
  button.textContent = reading ? words.stop : words.read;
}

if (button && "speechSynthesis" in window) {
  button.hidden = false;
  show(false);
  addEventListener("pagehide", () => speechSynthesis.cancel());
  button.addEventListener("click", () => {
    const reading = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    show(!reading);
    if (reading) return;
    const said = texts().map((text) => Object.assign(new SpeechSynthesisUtterance(text), { lang: document.documentElement.lang, rate: 0.85 }));
    const last = said[said.length - 1];
    if (last) last.onend = () => show(false);
    else show(false);
    said.forEach((one) => speechSynthesis.speak(one));
  });
}
