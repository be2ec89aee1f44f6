/** Base45 (RFC 9285): two bytes become three characters of the QR alphanumeric set. */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export const encode = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const pair = i + 1 < bytes.length;
    let n = pair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!;
    for (let digit = pair ? 3 : 2; digit; digit--) {
      text += ALPHABET[n % 45];
      n = Math.floor(n / 45);
    }
  }
  return text;
};

/** Throws RangeError where RFC 9285 calls the text malformed. */
export const decode = (text: string): Uint8Array => {
  if (text.length % 3 === 1) throw new RangeError("base45: length");
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const group = text.slice(i, i + 3);
    let n = 0;
    for (let j = group.length - 1; j >= 0; j--) {
      const digit = ALPHABET.indexOf(group[j]!);
      if (digit < 0) throw new RangeError("base45: character");
      n = n * 45 + digit;
    }
    if (n > (group.length === 3 ? 65535 : 255)) throw new RangeError("base45: value");
    if (group.length === 3) bytes.push(n >> 8);
    bytes.push(n & 255);
  }
  return Uint8Array.from(bytes);
};
