/** The signed bytes of a list or a delta (docs/list-format.md §2 to §5). Nothing of a body is read before its signature is good. */
import { toHex, uint32At } from "./bytes";
import type { Colour } from "./code";
import { ListFault, readRun } from "./golomb";
import { isSigned, sm3Hex } from "./sm2";
import type { PublicKeys } from "./sm2";

const LIST = 0x31;
const DELTA = 0x32;
const SIGNATURE = 64;
const LARGEST = 8 << 20;
const WIDEST = 2 ** 30;

/** The number of a colour in `Entries.colours`. */
export const COLOURS: readonly Colour[] = ["grey", "green", "yellow", "red"];
const GREEN = 1;
const LISTED = [0, 2, 3];
const TOUCHED = [0, 1, 2, 3];

/** Kinds of indices: those of dynamic codes, the permanent ones of sheets; and which passes and sheets with them were withdrawn. */
export const PHONES = 1;
export const SHEETS = 2;
export const WITHDRAWN_PASSES = 3;
export const WITHDRAWN_SHEETS = 4;
/** How many bytes the number of a withdrawal takes, and its highest value, by kind. */
const NUMBERS: Record<number, { bytes: number; most: number }> = { [WITHDRAWN_PASSES]: { bytes: 3, most: 86400 }, [WITHDRAWN_SHEETS]: { bytes: 1, most: 255 } };

export interface ListHeader {
  kid: number;
  indices: number;
  issuer: number;
  epoch: number;
  sequence: number;
  /** Moments in unix seconds. */
  notBefore: number;
  nextUpdate: number;
  space: number;
  count: number;
  /** Of what is held after taking this, in hex. */
  digest: string;
  /** What a delta applies to; 0 and "" in a list. */
  baseSequence: number;
  baseDigest: string;
}

/** Indices in ascending order, each with its colour: 5 bytes an entry, so 3 MB for 600,000. In a list of withdrawals `colours` are
    numbers: the second of the epoch from which passes count again, or the highest generation that is void; 0 for what is not listed. */
export interface Entries {
  positions: Uint32Array;
  colours: Uint8Array | Uint32Array;
}

const isSound = (header: ListHeader, isDelta: boolean): boolean =>
  header.indices >= PHONES && header.indices <= WITHDRAWN_SHEETS && header.issuer >= 100000 && header.issuer <= 999999 && header.sequence > 0
  && header.baseSequence < header.sequence && header.baseSequence > 0 === isDelta && header.notBefore < header.nextUpdate
  && header.space > 0 && header.space <= WIDEST && header.count <= header.space;

/** The header at the start of `data`; ListFault when it has no sound form. Needs no key. */
export const unpack = (data: Uint8Array): ListHeader => {
  if (toHex(data.subarray(0, 3)) !== "414b4c") throw new ListFault("not_a_list");
  if (data.length < 4) throw new ListFault("truncated");
  const kind = data[3];
  if (kind !== LIST && kind !== DELTA) throw new ListFault("bad_version");
  if (data.length > LARGEST) throw new ListFault("oversized");
  const isDelta = kind === DELTA;
  if (data.length < headerBytes(isDelta) + SIGNATURE) throw new ListFault("truncated");
  const header = {
    kid: data[4]!, indices: data[5]!, issuer: uint32At(data, 6), epoch: uint32At(data, 10), sequence: uint32At(data, 14), notBefore: uint32At(data, 18),
    nextUpdate: uint32At(data, 22), space: uint32At(data, 26), count: uint32At(data, 30), digest: toHex(data.subarray(34, 66)),
    baseSequence: isDelta ? uint32At(data, 66) : 0, baseDigest: isDelta ? toHex(data.subarray(70, 102)) : "",
  };
  if (!isSound(header, isDelta)) throw new ListFault("bad_header");
  return header;
};

const headerBytes = (isDelta: boolean): number => (isDelta ? 102 : 66);

/** A list or delta that one of `keys` signed; ListFault otherwise. Whether it is the right one, and fresh, is asked later. */
export const unseal = (data: Uint8Array, keys: PublicKeys): { header: ListHeader; content: Entries } => {
  const header = unpack(data);
  const key = keys[header.kid];
  const end = data.length - SIGNATURE;
  if (!key) throw new ListFault("unknown_key");
  if (!isSigned(data.subarray(0, end), data.subarray(end), key)) throw new ListFault("bad_signature");
  const isDelta = header.baseSequence > 0;
  const body = data.subarray(headerBytes(isDelta), end);
  const content = header.indices in NUMBERS ? readNumbers(body, isDelta, header) : readBody(body, isDelta ? TOUCHED : LISTED, header.space);
  if (content.positions.length !== header.count) throw new ListFault("bad_content");
  if (!isDelta && digestOf(content, header) !== header.digest) throw new ListFault("wrong_digest");
  return { header, content };
};

const readBody = (data: Uint8Array, runs: number[], space: number): Entries => {
  const place = { at: 0 };
  const parts = runs.map((colour) => ({ colour, positions: readRun(data, place, space), at: 0 }));
  if (place.at < data.length) throw new ListFault("oversized");
  return merged(parts);
};

/** Withdrawals: in a delta first the indices that are taken off; then indices, and after them a number each. */
const readNumbers = (data: Uint8Array, isDelta: boolean, { indices, space }: ListHeader): Entries => {
  const { bytes, most } = NUMBERS[indices]!;
  const place = { at: 0 };
  const off = isDelta ? readRun(data, place, space) : new Uint32Array();
  const on = readRun(data, place, space);
  const end = place.at + bytes * on.length;
  if (data.length !== end) throw new ListFault(data.length < end ? "truncated" : "oversized");
  const content = merged([{ colour: 0, positions: off, at: 0 }, { colour: 1, positions: on, at: 0 }]);
  const numbers = new Uint32Array(content.positions.length);
  let at = place.at;
  content.colours.forEach((isOn, i) => {
    if (!isOn) return;
    for (let k = 0; k < bytes; k++) numbers[i] = numbers[i]! * 256 + data[at++]!;
    if (!numbers[i] || numbers[i]! > most) throw new ListFault("bad_content");
  });
  return { positions: content.positions, colours: numbers };
};

/** One ascending sequence from a few; an index in two of them is bad. */
const merged = (parts: { colour: number; positions: Uint32Array; at: number }[]): Entries => {
  const size = parts.reduce((n, { positions }) => n + positions.length, 0);
  const content = { positions: new Uint32Array(size), colours: new Uint8Array(size) };
  for (let i = 0; i < size; i++) {
    let least = parts[0]!;
    let value = Infinity;
    for (const part of parts) {
      const head = part.at < part.positions.length ? part.positions[part.at]! : Infinity;
      if (head < value) [least, value] = [part, head];
    }
    least.at++;
    if (i && value === content.positions[i - 1]) throw new ListFault("bad_content");
    content.positions[i] = value;
    content.colours[i] = least.colour;
  }
  return content;
};

/** What identifies the content of a list (§5), in hex. */
export const digestOf = ({ positions, colours }: Entries, { indices, issuer, epoch, space }: ListHeader): string => {
  const width = NUMBERS[indices]?.bytes ?? 0;
  const bytes = new Uint8Array(16 + 4 * (width ? 1 : LISTED.length) + (4 + width) * positions.length);
  const view = new DataView(bytes.buffer);
  let at = 4;
  const put = (n: number): void => {
    view.setUint32(at, n);
    at += 4;
  };
  bytes.set([0x41, 0x4b, 0x4c, indices]);
  [issuer, epoch, space].forEach(put);
  if (width) {
    put(positions.length);
    positions.forEach(put);
    for (const number of colours) for (let k = width - 1; k >= 0; k--) bytes[at++] = (number >>> (8 * k)) & 255;
    return sm3Hex(bytes);
  }
  for (const colour of LISTED) {
    const counted = at;
    at += 4;
    for (let i = 0; i < positions.length; i++) if (colours[i] === colour) put(positions[i]!);
    view.setUint32(counted, (at - counted - 4) / 4);
  }
  return sm3Hex(bytes);
};

/** Where `index` is among the entries, or would be. */
const placeOf = (positions: Uint32Array, index: number): number => {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle]! < index) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The number of a colour, or of a withdrawal: green, or 0, when it is not listed. */
export const valueOf = ({ positions, colours }: Entries, index: number): number => {
  const at = placeOf(positions, index);
  return at < positions.length && positions[at] === index ? colours[at]! : restOf(colours);
};

/** What an index has that is not listed: colours are bytes, the numbers of withdrawals are not. */
const restOf = (colours: Entries["colours"]): number => (colours instanceof Uint8Array ? GREEN : 0);

/** The entries after `changes`; `bad_content` when one of them changes nothing. */
export const changedBy = (was: Entries, changes: Entries): Entries => {
  const most = was.positions.length + changes.positions.length;
  const positions = new Uint32Array(most);
  const colours = was.colours instanceof Uint8Array ? new Uint8Array(most) : new Uint32Array(most);
  const rest = restOf(was.colours);
  let [n, i] = [0, 0];
  const put = (index: number, colour: number): void => {
    positions[n] = index;
    colours[n++] = colour;
  };
  for (let j = 0; j <= changes.positions.length; j++) {
    const change = j < changes.positions.length ? changes.positions[j]! : Infinity;
    for (; i < was.positions.length && was.positions[i]! < change; i++) put(was.positions[i]!, was.colours[i]!);
    if (change === Infinity) break;
    const before = was.positions[i] === change ? was.colours[i++]! : rest;
    const colour = changes.colours[j]!;
    if (before === colour) throw new ListFault("bad_content");
    if (colour !== rest) put(change, colour);
  }
  return { positions: positions.slice(0, n), colours: colours.slice(0, n) };
};
