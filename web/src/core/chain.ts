/** The hash chain behind the changing code. Link 0 is the seed; each next link is SM3 of the one before, cut to 16 bytes.
    The last link is the anchor. At step n of the epoch the phone shows link 1440 - n; hashing it n times gives the anchor. */
import { digest } from "./sm3";
import { STEPS } from "./epochs";

const EVERY = 60;

export const walk = (link: Uint8Array, times: number): Uint8Array => {
  for (; times > 0; times--) link = digest(link).subarray(0, 16);
  return link;
};

/** Links 0, 60, 120 … 1440: enough to find any link in at most 59 hashes. Lets the page breathe between pieces. */
export const milestones = async (seed: Uint8Array, breathe: () => Promise<unknown>): Promise<Uint8Array[]> => {
  const found = [seed];
  for (let k = 0; k < STEPS; k += EVERY) {
    await breathe();
    found.push(walk(found[found.length - 1]!, EVERY));
  }
  return found;
};

export const anchorOf = (stones: Uint8Array[]): Uint8Array => stones[stones.length - 1]!;

export const linkAtStep = (stones: Uint8Array[], step: number): Uint8Array => {
  const k = STEPS - step;
  return walk(stones[Math.floor(k / EVERY)]!, k % EVERY);
};

export const reveals = (preimage: Uint8Array, step: number, anchor: Uint8Array): boolean =>
  step < STEPS && walk(preimage, step).every((byte, i) => byte === anchor[i]);
