/** Cards, and the numbers of sheets (docs/code-format.md §14): only who holds the register can tell whose they are. */
const SEPARATORS = /[\s:.\-–—]+/g;
const UID = /^([0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/;
const LONGEST = 64;

const isSheetNumber = (text: string): boolean => {
  const digits = text.slice(0, LONGEST).replace(SEPARATORS, "");
  if (!/^\d{12}$/.test(digits)) return false;
  let check = 5; // ISO 7064 MOD 11,10
  for (const digit of digits) check = (((check || 10) * 2) % 11 + Number(digit)) % 10;
  return check === 1;
};

const isUid = (plain: string): boolean => UID.test(plain) || (/^\d{10}$/.test(plain) && Number(plain) < 2 ** 32);

/** The same as core.cards.is_register_number. */
export const isRegisterNumber = (text: string): boolean => {
  const lower = text.trim().toLowerCase();
  const plain = lower.slice(lower.indexOf(":") + 1).replace(SEPARATORS, "");
  if (text.length <= LONGEST && lower.startsWith("nfc:")) return isUid(plain);
  if (text.length <= LONGEST && lower.startsWith("card:")) return /^[0-9a-z]{4,32}$/.test(plain);
  return /^\d/.test(text) && isSheetNumber(text);
};
