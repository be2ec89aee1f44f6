/** The server's time on a phone whose clock may be wrong. */
const KEY = "ankang.offset";
let offset = Number(localStorage.getItem(KEY)) || 0;

/** Unix seconds, corrected. */
export const now = (): number => Date.now() / 1000 + offset;

/** How far the phone's clock is behind the server, in seconds. */
export const skew = (): number => offset;

/** `server`: the server's time; `local`: the phone's time at the same moment. */
export const learn = (server: number, local: number): void => {
  const found = server - local;
  if (Math.abs(found - offset) < 1.5) return;
  offset = found;
  localStorage.setItem(KEY, String(offset));
};
