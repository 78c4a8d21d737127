/** How many parts an SMS has: 160 characters of the GSM alphabet or 70 others; a little less each when there are several. */

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** These take two places (GSM 03.38, extension table). */
const EXTENDED = "^{}\\[~]|€\f";

export interface SmsSize {
  characters: number;
  parts: number;
  /** What still fits into the last part. */
  left: number;
  unicode: boolean;
}

export function smsSize(text: string): SmsSize {
  const letters = [...text];
  const unicode = letters.some((letter) => !BASIC.includes(letter) && !EXTENDED.includes(letter));
  // UCS-2 counts units of 16 bits, in which an emoji has two.
  const characters = unicode
    ? text.length
    : letters.reduce((sum, letter) => sum + (EXTENDED.includes(letter) ? 2 : 1), 0);
  const [single, several] = unicode ? [70, 67] : [160, 153];
  if (characters <= single) return { characters, parts: characters ? 1 : 0, left: single - characters, unicode };
  const parts = Math.ceil(characters / several);
  return { characters, parts, left: parts * several - characters, unicode };
}
