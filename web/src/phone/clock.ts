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

const LATEST = "ankang.latest";

/** The last moment that this phone is known to have reached: a clock well before it was set back. Unix seconds, 0 when unknown. */
export const latest = (): number => Number(localStorage.getItem(LATEST)) || 0;

export const pass = (moment: number): void => {
  if (moment > latest()) localStorage.setItem(LATEST, String(Math.floor(moment)));
};

/** What the server says is the time, also when it is earlier than we thought. */
export const passAnew = (moment: number): void => localStorage.setItem(LATEST, String(Math.floor(moment)));
