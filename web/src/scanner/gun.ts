/** A bar-code gun is a keyboard that types fast and ends with Enter. It works wherever the focus is, except in a field. */
const FAST = 60;
const SHORTEST = 6;

export const listenForGun = (read: (text: string) => void): void => {
  let typed = "";
  let at = 0;
  addEventListener("keydown", (event) => {
    if ((event.target as HTMLElement).matches("input:not([type=radio])") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.timeStamp - at > FAST) typed = "";
    at = event.timeStamp;
    if (event.key === "Enter") {
      if (typed.length >= SHORTEST) {
        event.preventDefault();
        event.stopImmediatePropagation();
        read(typed);
      }
      typed = "";
    } else if (event.key.length === 1) {
      typed += event.key;
      if (typed.length > 1) event.preventDefault();
    }
  });
};
