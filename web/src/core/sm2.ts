/** SM2 signatures and SM3 of large messages, with sm-crypto-v2 (noble's curves). Not for the code page: it weighs 30 kB. */
import { sm2, sm3 } from "sm-crypto-v2";
import { toHex } from "./bytes";

/** Key id to uncompressed SM2 point in hex. */
export type PublicKeys = Record<number, string>;

/** False for whatever is not a signature (r ‖ s, 64 bytes) of `message` under `key`; never throws. */
export const isSigned = (message: Uint8Array, signature: Uint8Array, key: string): boolean => {
  try {
    return sm2.doVerifySignature(message, toHex(signature), key, { hash: true });
  } catch {
    return false;
  }
};

/** SM3 in hex; works on typed arrays, so that a list of megabytes takes no more memory than itself. */
export const sm3Hex = (message: Uint8Array): string => sm3(message);
