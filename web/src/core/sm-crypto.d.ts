/** The one file of sm-crypto that we use: SM3 alone, without its SM2 and SM4 (byte arrays in, byte arrays out). */
declare module "sm-crypto/src/sm2/sm3.js" {
  export function sm3(message: ArrayLike<number> & Iterable<number>): number[];
  /** Pads `key` in place: hand it a copy. */
  export function hmac(message: Iterable<number>, key: number[]): number[];
}
