/** What a scanner holds, what it takes and what it answers (docs/list-format.md §6, §7). Order is by sequence number, never by date. */
import { ListFault } from "./golomb";
import { changedBy, digestOf, unseal, valueOf } from "./list-file";
import type { Entries, ListHeader } from "./list-file";
import type { PublicKeys } from "./sm2";

/** What a scanner is set up for, and wants just now. */
export interface Terms {
  issuer: number;
  epoch: number;
  indices: number;
  keys: PublicKeys;
}

/** The latest that was ever held of one epoch; kept also when the list itself is lost. */
export interface Mark {
  epoch: number;
  sequence: number;
  notBefore: number;
  digest: string;
}

/** A list that was taken, with every delta since; `header` is that of the last of them. */
export interface Held {
  header: ListHeader;
  content: Entries;
}

export const markOf = ({ header: { epoch, sequence, notBefore, digest } }: Held): Mark => ({ epoch, sequence, notBefore, digest });

const checkTerms = (header: ListHeader, terms: Terms): void => {
  if (header.issuer !== terms.issuer) throw new ListFault("other_issuer");
  if (header.indices !== terms.indices) throw new ListFault("other_indices");
  if (header.epoch !== terms.epoch) throw new ListFault("other_epoch");
};

/** ListFault when a list with this header would be older than what was held, or another of the same number. */
export const checkMark = ({ sequence, digest, notBefore }: ListHeader, mark: Mark): void => {
  if (sequence < mark.sequence) throw new ListFault("rollback");
  if (sequence === mark.sequence && digest !== mark.digest) throw new ListFault("forked");
  if (notBefore < mark.notBefore) throw new ListFault("backdated");
};

/** A full list to be held from now on; ListFault when it is not to be taken. The same list again is fine. */
export const takeList = (data: Uint8Array, terms: Terms, mark?: Mark): Held => {
  const { header, content } = unseal(data, terms.keys);
  if (header.baseSequence) throw new ListFault("wrong_base");
  checkTerms(header, terms);
  if (mark?.epoch === header.epoch) checkMark(header, mark);
  return { header, content };
};

/** `held` after a delta; ListFault, with `held` as it was, when it does not lead on from there. */
export const takeDelta = (held: Held, data: Uint8Array, terms: Terms): Held => {
  const { header, content: changes } = unseal(data, terms.keys);
  if (!header.baseSequence) throw new ListFault("bad_version");
  checkTerms(header, terms);
  if (header.space !== held.header.space) throw new ListFault("other_space");
  checkMark(header, markOf(held));
  if (header.baseSequence !== held.header.sequence || header.baseDigest !== held.header.digest) throw new ListFault("wrong_base");
  const content = changedBy(held.content, changes);
  if (digestOf(content, header) !== header.digest) throw new ListFault("wrong_digest");
  return { header: { ...header, count: content.positions.length, baseSequence: 0, baseDigest: "" }, content };
};

/** Whether a list that was kept on the device is still whole: its content has the digest of its header. */
export const isWhole = ({ header, content }: Held): boolean => {
  try {
    return content.positions.length === header.count && content.colours.length === header.count && digestOf(content, header) === header.digest;
  } catch {
    return false;
  }
};

/** Undefined while the list may answer at `now`; `limit`: the most seconds of age that this place allows, besides its issuer's limit. */
export const notFresh = ({ header: { notBefore, nextUpdate } }: Held, now: number, limit = Infinity): "not_yet_valid" | "too_old" | undefined =>
  now < notBefore ? "not_yet_valid" : now >= nextUpdate || now - notBefore >= limit ? "too_old" : undefined;

/** The number of a colour, or of a withdrawal, of a code index at `now`; ListFault when the list cannot say. The code must be of its epoch. */
export const askList = (held: Held, index: number, now: number, limit = Infinity): number => {
  const fault = notFresh(held, now, limit);
  if (fault) throw new ListFault(fault);
  if (index >= held.header.space) throw new ListFault("outside");
  return valueOf(held.content, index);
};
