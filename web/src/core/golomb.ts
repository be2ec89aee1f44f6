/** Runs of ascending indices as Golomb-coded gaps (docs/list-format.md §4). */
import { uint32At } from "./bytes";

/** Why a list or a delta was refused, or cannot answer: the stable codes of docs/list-format.md §6 and §7. */
export type ListDetail =
  | "not_a_list" | "truncated" | "bad_version" | "oversized" | "bad_header" | "unknown_key" | "bad_signature" | "bad_content" | "wrong_digest"
  | "wrong_base" | "other_issuer" | "other_indices" | "other_epoch" | "other_space" | "rollback" | "forked" | "backdated"
  | "not_yet_valid" | "too_old" | "newer" | "outside";

export class ListFault extends Error {
  constructor(readonly detail: ListDetail) {
    super(detail);
  }
}

const HEAD = 12;

const require = (sound: boolean, detail: ListDetail): void => {
  if (!sound) throw new ListFault(detail);
};

/** Bits from the highest of each byte to the lowest. */
class Bits {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  read(width: number): number {
    let value = 0;
    for (let left = width; left > 0;) {
      const free = 8 - (this.at & 7);
      const take = Math.min(free, left);
      value = value * (1 << take) + ((this.bytes[this.at >> 3]! >> (free - take)) & ((1 << take) - 1));
      this.at += take;
      left -= take;
    }
    return value;
  }

  /** What fills the last byte is 0. */
  end(): void {
    require(!(this.at & 7) || !(this.bytes[this.at >> 3]! & (0xff >> (this.at & 7))), "bad_content");
  }
}

/** Reads a run and moves on; `place.at` is where the next one starts. */
export const readRun = (data: Uint8Array, place: { at: number }, space: number): Uint32Array => {
  const cut = (size: number): Uint8Array => {
    require(place.at + size <= data.length, "truncated");
    place.at += size;
    return data.subarray(place.at - size, place.at);
  };
  const head = cut(HEAD);
  const [count, m, unary] = [uint32At(head, 0), uint32At(head, 4), uint32At(head, 8)];
  require(count <= space && m >= 1 && m <= space, "bad_content");
  const gaps = readUnary(cut(unary), count);
  const width = 31 - Math.clz32(m);
  const short = 2 ** (width + 1) - m;
  const fixed = new Bits(cut(Math.ceil((count * width) / 8)));
  const rests = new Uint32Array(count);
  let long = 0;
  for (let i = 0; i < count; i++) if ((rests[i] = fixed.read(width)) >= short) long++;
  fixed.end();
  const more = new Bits(cut(Math.ceil(long / 8)));
  let next = 0;
  for (let i = 0; i < count; i++) {
    const rest = rests[i]! < short ? rests[i]! : 2 * rests[i]! + more.read(1) - short;
    const index = next + gaps[i]! * m + rest;
    require(index < space, "bad_content");
    gaps[i] = index;
    next = index + 1;
  }
  more.end();
  return gaps;
};

/** `count` numbers, each as so many 0 and a 1; the last 1 is in the last byte. */
const readUnary = (bytes: Uint8Array, count: number): Uint32Array => {
  require(count <= bytes.length * 8 && (count > 0 || !bytes.length), "bad_content");
  const found = new Uint32Array(count);
  let i = 0;
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (!byte) zeros += 8;
    else
      for (let bit = 7; bit >= 0; bit--) {
        if (!((byte >> bit) & 1)) zeros++;
        else {
          require(i < count, "bad_content");
          found[i++] = zeros;
          zeros = 0;
        }
      }
  }
  require(i === count && zeros < 8, "bad_content");
  return found;
};
