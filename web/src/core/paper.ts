/** Paper codes (docs/code-format.md §14): a signed name tag without a colour and without a minute. */
import { uint32At } from "./bytes";
import { CodeFault, bytesOf, isVisible } from "./code";
import { epochOf } from "./epochs";
import { isSigned } from "./sm2";
import type { PublicKeys } from "./sm2";

const KIND = 0x31;
/** Version 2 says when the sheet was issued: four bytes before the length of the name. */
const KIND_DATED = 0x32;
const ISSUED_AT = 10;
const DATED = 4;
const NAME_AT = 11;
const NAME_MOST = 9;
const SIGNATURE = 64;
const LONGEST = 136;

export interface PaperCode {
  kid: number;
  /** The permanent index of the person. */
  index: number;
  generation: number;
  /** The last epoch in which it counts. */
  expiry: number;
  /** Unix seconds; undefined on a sheet of version 1. */
  issuedAt?: number;
  name: string;
  header: Uint8Array;
  signature: Uint8Array;
}

const isKind = (byte: number | undefined): boolean => byte === KIND || byte === KIND_DATED;

/** Whether a text can only be a sheet's code: the first byte says so. */
export const isPaper = (text: string): boolean => {
  try {
    return isKind(bytesOf(text.slice(0, 7), 7)[0]);
  } catch {
    return false;
  }
};

/** Throws CodeFault when the form is wrong; needs no key. */
export const parsePaper = (text: string): PaperCode => {
  const bytes = bytesOf(text, LONGEST);
  if (bytes.length && !isKind(bytes[0])) throw new CodeFault("bad_kind");
  const dated = bytes[0] === KIND_DATED;
  const start = NAME_AT + (dated ? DATED : 0);
  if (bytes.length < start + SIGNATURE) throw new CodeFault("truncated");
  const length = bytes[start - 1]!;
  if (length > NAME_MOST) throw new CodeFault("bad_name");
  const end = start + length;
  if (bytes.length !== end + SIGNATURE) throw new CodeFault(bytes.length < end + SIGNATURE ? "truncated" : "oversized");
  if (bytes[2]! > 0x3f) throw new CodeFault("bad_index");
  if (!bytes[6]) throw new CodeFault("bad_generation");
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end));
  } catch {
    throw new CodeFault("bad_name");
  }
  if (!isVisible(name)) throw new CodeFault("bad_name");
  return {
    kid: bytes[1]!, index: uint32At(bytes, 2), generation: bytes[6]!, expiry: bytes[7]! * 65536 + bytes[8]! * 256 + bytes[9]!, name,
    header: bytes.slice(0, end), signature: bytes.slice(end), ...(dated && { issuedAt: uint32At(bytes, ISSUED_AT) }),
  };
};

export interface PaperRefused {
  reason: "invalid" | "expired";
  detail: "unknown_key" | "bad_signature" | "expired_sheet";
}

/** Undefined when anyone with the public keys accepts the sheet; its generation and colour are asked elsewhere. */
export const refusePaper = (code: PaperCode, keys: PublicKeys, now: number): PaperRefused | undefined => {
  const key = keys[code.kid];
  if (!key) return { reason: "invalid", detail: "unknown_key" };
  if (!isSigned(code.header, code.signature, key)) return { reason: "invalid", detail: "bad_signature" };
  return epochOf(now) > code.expiry ? { reason: "expired", detail: "expired_sheet" } : undefined;
};
