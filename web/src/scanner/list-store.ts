/** The lists that this device holds, in IndexedDB, each with the mark of the newest ever held: an older one is refused also after a
    restart, and by a second tab. What was damaged there is forgotten (the mark is not) and fetched anew. */
import { createStore } from "idb-keyval";
import { isWhole, markOf } from "../core/lists";
import type { Held, Mark } from "../core/lists";

const store = createStore("ankang-lists", "held");
const held = new Map<string, Held>();
const marks = new Map<string, Mark>();

const keyOf = (indices: number, epoch: number): string => `${indices}/${epoch}`;

export const listOf = (indices: number, epoch: number): Held | undefined => held.get(keyOf(indices, epoch));
export const markFor = (indices: number, epoch: number): Mark | undefined => marks.get(keyOf(indices, epoch));

interface Kept {
  held?: Held;
  mark: Mark;
}
const rows = (): Promise<[string, Kept][]> =>
  store("readonly", (kept) => new Promise((done, fail) => {
    const found: [string, Kept][] = [];
    const walk = kept.openCursor();
    walk.onerror = () => fail(walk.error);
    walk.onsuccess = () => {
      const row = walk.result;
      if (!row) return done(found);
      found.push([String(row.key), row.value as Kept]);
      row.continue();
    };
  }));

const isNewer = (mark: Mark | undefined, than: Mark | undefined): boolean => !than || (!!mark && mark.sequence > than.sequence);

const isMark = (mark: Mark | undefined): mark is Mark => !!mark && Number.isInteger(mark.sequence) && Number.isInteger(mark.notBefore) && typeof mark.digest === "string";

/** Reads what is kept, also what another tab put there meanwhile. Says whether everything was whole. */
export const loadLists = async (): Promise<boolean> => {
  let whole = true;
  for (const [key, kept] of await rows().catch(() => [])) {
    if (!isMark(kept?.mark)) {
      whole = false;
      continue;
    }
    if (!isNewer(kept.mark, marks.get(key)) && held.has(key)) continue;
    marks.set(key, kept.mark);
    if (kept.held && isWhole(kept.held) && kept.held.header.digest === kept.mark.digest) held.set(key, kept.held);
    else {
      held.delete(key);
      whole = false;
    }
  }
  return whole;
};

/** Holds a list from now on; when another tab keeps a newer one, that. */
export const keepList = async (taken: Held): Promise<void> => {
  const mark = markOf(taken);
  const key = keyOf(taken.header.indices, mark.epoch);
  held.set(key, taken);
  marks.set(key, mark);
  await store("readwrite", (kept) => new Promise<void>((done, fail) => {
    const before = kept.get(key);
    before.onsuccess = () => {
      const there = before.result as Kept | undefined;
      if (!isMark(there?.mark) || !isNewer(there.mark, mark)) return void kept.put({ held: taken, mark } satisfies Kept, key);
      marks.set(key, there.mark);
      if (there.held && isWhole(there.held)) held.set(key, there.held);
    };
    kept.transaction.oncomplete = () => done();
    kept.transaction.onerror = kept.transaction.onabort = () => fail(kept.transaction.error);
  })).catch(() => undefined);
};

export const forgetBefore = async (epoch: number): Promise<void> => {
  const past = [...marks.keys()].filter((key) => Number(key.split("/")[1]) < epoch);
  for (const key of past) {
    held.delete(key);
    marks.delete(key);
  }
  if (past.length) await store("readwrite", (kept) => past.forEach((key) => kept.delete(key))).catch(() => undefined);
};

/** Paired anew: perhaps in another province. */
export const forgetLists = async (): Promise<void> => {
  held.clear();
  marks.clear();
  await store("readwrite", (kept) => void kept.clear()).catch(() => undefined);
};
