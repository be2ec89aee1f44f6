/** The phone's part of a ride code (docs/ride-format.md): a key pair of its own, and a signature over each showing. */
import { sm2 } from "sm-crypto-v2";
import { fromHex, joined, toHex } from "../core/bytes";

const ALGORITHM = 0x15;
const CUSTOM_LENGTH_AT = 197;
const REST = 263;

export interface Key {
  /** 32 bytes in hex. It never leaves the phone. */
  secret: string;
  /** The uncompressed point in hex. */
  point: string;
}

export const newKey = (): Key => {
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  return { secret: privateKey, point: publicKey };
};

/** The compressed point, 33 bytes: what is sent. */
export const publicBytes = ({ point }: Key): Uint8Array => fromHex(sm2.compressPublicKeyHex(point));

/** Whether these bytes are an authorisation of this very key, by their form and length. */
export const isFor = (authorisation: Uint8Array, key: Key): boolean =>
  authorisation.length === REST + (authorisation[CUSTOM_LENGTH_AT] ?? 0) && toHex(authorisation.subarray(158, 191)) === toHex(publicBytes(key));

/** The bytes of the QR generated at a moment (whole unix seconds): authorisation, time, signature of this phone. */
export const shown = (authorisation: Uint8Array, generated: number, { secret, point }: Key): Uint8Array => {
  const time = new Uint8Array(4);
  new DataView(time.buffer).setUint32(0, generated);
  const before = joined(authorisation, time);
  return joined(before, [ALGORITHM], fromHex(sm2.doSignature(before, secret, { hash: true, publicKey: point })));
};
