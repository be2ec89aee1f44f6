/** SM3 (GB/T 32905) and HMAC-SM3, from the SM3 file of sm-crypto: the only packaged one small enough for the code page. */
import { hmac, sm3 } from "sm-crypto/src/sm2/sm3.js";

/** 32 bytes. */
export const digest = (message: Uint8Array): Uint8Array => Uint8Array.from(sm3(message));

/** 32 bytes. */
export const mac = (key: Uint8Array, message: Uint8Array): Uint8Array => Uint8Array.from(hmac(message, [...key]));
