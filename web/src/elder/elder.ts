/** Elder pages: reads the page aloud, in the order in which a screen reader meets it; a second press stops it. */
const button = document.querySelector<HTMLButtonElement>("[data-read-aloud]");
const main = document.querySelector("main");
const READ = "h1, h2, h3, p, li, dt, dd, label, legend, summary, caption, figcaption, a.btn, button.btn, td, th";
/** Numbers, names of rules and the like say nothing to an ear; nor does what nobody sees. */
const SILENT = ".mono, .elder-hide, .elder__bar, [aria-hidden=true]";
const SIGNS = /[▶✓✕●·›‹"“”]|\*+/g;
const words = { read: button?.dataset.readAloud ?? "", stop: button?.dataset.stop ?? "" };

/** What an ear wants to know of this element. */
function heard(part: HTMLElement): string {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const said: string[] = [];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (holder?.checkVisibility() && !holder.closest(SILENT)) said.push((walker.currentNode as Text).data);
  }
  return said.join(" ").replace(SIGNS, " ").replace(/\s+/g, " ").trim();
}

/** The parts of the page, each once: an element inside one that is read already is left out. */
function parts(): HTMLElement[] {
  const shown = [...(main?.querySelectorAll<HTMLElement>(READ) ?? [])].filter((part) => part.checkVisibility());
  return shown.filter((part) => !part.parentElement?.closest(READ));
}

function utterance(part: HTMLElement): SpeechSynthesisUtterance {
  const lang = part.closest<HTMLElement>("[lang]")?.lang ?? "";
  return Object.assign(new SpeechSynthesisUtterance(heard(part)), { lang, rate: 0.85 });
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
    const said = parts().map(utterance).filter((one) => one.text);
    const last = said[said.length - 1];
    if (last) last.onend = () => show(false);
    else show(false);
    said.forEach((one) => speechSynthesis.speak(one));
  });
}
