/** Which showings were admitted here in the last minutes; in IndexedDB, so that two tabs and a restart know the same. */
import { createStore } from "idb-keyval";
import type { Use } from "../core/offline";

const store = createStore("ankang-replay", "used");

/** Notes an admission; false when this showing was admitted here before. Without a store: only what this page remembers. */
export const firstUse = async ({ key, until }: Use, now: number): Promise<boolean> => {
  const known = remembered.get(key) ?? 0;
  remembered.set(key, until);
  const kept = await noted(key, until, now).catch(() => 0);
  if (Math.max(known, kept) <= now) return true;
  remembered.set(key, Math.max(known, kept));
  return false;
};

const remembered = new Map<string, number>();

/** In one transaction: until when it was used, 0 if it was not, and the new note; what is over goes. */
const noted = (key: string, until: number, now: number): Promise<number> =>
  store("readwrite", (used) => new Promise<number>((done, fail) => {
    const before = used.get(key);
    let found = 0;
    before.onsuccess = () => {
      found = Number(before.result) || 0;
      if (found <= now) used.put(until, key);
    };
    const walk = used.openCursor();
    walk.onsuccess = () => {
      const row = walk.result;
      if (!row) return;
      if (!(Number(row.value) > now)) row.delete();
      row.continue();
    };
    used.transaction.oncomplete = () => done(found);
    used.transaction.onerror = used.transaction.onabort = () => fail(used.transaction.error);
  }));

export const forgetUses = (now: number): void => {
  for (const [key, until] of remembered) if (until <= now) remembered.delete(key);
};
