/** Code format D (docs/code-format.md), as a phone shows it and as a stranger reads it. */
import { decode, encode } from "./base45";
import { joined, uint16, uint32At } from "./bytes";
import { STEPS } from "./epochs";
import { mac } from "./sm3";

export type Colour = "grey" | "green" | "yellow" | "red";
const COLOURS: readonly Colour[] = ["grey", "green", "yellow", "red"];
const PREFIX = "AK1:";
const NAME_AT = 28;
const NAME_MOST = 9;
const SIGNATURE = 64;
const PROOF = 26;
const LONGEST = 195;
const KIND = 0x11;

export interface Pass {
  kid: number;
  index: number;
  /** Unix seconds. The pass belongs to the epoch in which this lies. */
  issuedAt: number;
  colour: Colour;
  anchor: Uint8Array;
  /** Masked, e.g. 王*明. */
  name: string;
  /** What the issuer signed. */
  header: Uint8Array;
  signature: Uint8Array;
}

export interface ShownCode extends Pass {
  step: number;
  preimage: Uint8Array;
}

/** Why a text is no code of ours: the details of the gate's CodeFault. */
export type Malformed =
  | "not_ankang" | "oversized" | "not_base45" | "bad_kind" | "truncated" | "bad_name" | "bad_index" | "bad_flags" | "bad_step" | "bad_generation";

export class CodeFault extends Error {
  constructor(readonly detail: Malformed) {
    super(detail);
  }
}

/** Reads a pass that came from the gate: the first part of a code, up to and with the signature. */
export const readPass = (bytes: Uint8Array): Pass => {
  const end = NAME_AT + bytes[NAME_AT - 1]!;
  return {
    kid: bytes[1]!,
    index: uint32At(bytes, 2),
    issuedAt: uint32At(bytes, 6),
    colour: COLOURS[bytes[10]! & 3]!,
    anchor: bytes.slice(11, 27),
    name: new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(NAME_AT, end)),
    header: bytes.slice(0, end),
    signature: bytes.slice(end, end + SIGNATURE),
  };
};

/** The text for the QR code at one step: AK1: + base45(pass, step, preimage, gate MAC). */
export const show = (pass: Uint8Array, gateKey: Uint8Array, step: number, preimage: Uint8Array): string => {
  const revealed = joined(uint16(step), preimage);
  return PREFIX + encode(joined(pass, revealed, mac(gateKey, revealed).subarray(0, 8)));
};

/** The bytes behind a text of at most `longest` characters; CodeFault when it is none of ours. */
export const bytesOf = (text: string, longest: number): Uint8Array => {
  if (!text.startsWith(PREFIX)) throw new CodeFault("not_ankang");
  if (text.length > longest) throw new CodeFault("oversized");
  try {
    return decode(text.slice(PREFIX.length));
  } catch {
    throw new CodeFault("not_base45");
  }
};

/** What is wrong with the form of these bytes, in the order in which the gate looks; undefined when nothing is. */
const malformed = (bytes: Uint8Array): Malformed | undefined => {
  if (bytes.length && bytes[0] !== KIND) return "bad_kind";
  if (bytes.length < NAME_AT + SIGNATURE + PROOF) return "truncated";
  const name = bytes[NAME_AT - 1]!;
  if (name > NAME_MOST) return "bad_name";
  const rest = bytes.length - (NAME_AT + name + SIGNATURE + PROOF);
  if (rest) return rest < 0 ? "truncated" : "oversized";
  if (bytes[2]! > 0x3f) return "bad_index";
  return bytes[10]! & 0xfc ? "bad_flags" : undefined;
};

/** Exactly the characters of docs/code-format.md §6 are not visible: what a browser can draw does not matter. */
export const isVisible = (name: string): boolean =>
  !/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/.test(name);

/** Takes a shown code apart without judging it; throws CodeFault when its form is wrong. */
export const parse = (text: string): ShownCode => {
  const bytes = bytesOf(text, LONGEST);
  const fault = malformed(bytes);
  if (fault) throw new CodeFault(fault);
  const at = bytes.length - PROOF;
  const step = bytes[at]! * 256 + bytes[at + 1]!;
  let pass: Pass;
  try {
    pass = readPass(bytes);
  } catch {
    throw new CodeFault("bad_name");
  }
  if (!isVisible(pass.name)) throw new CodeFault("bad_name");
  if (step >= STEPS) throw new CodeFault("bad_step");
  return { ...pass, step, preimage: bytes.slice(at + 2, at + 18) };
};
