/**
 * Which octets may stand where in a request.
 *
 * @module
 */

/** Horizontal tab. */
export const HTAB = 9;
/** Line feed. */
export const LF = 10;
/** Carriage return. */
export const CR = 13;
/** Space. */
export const SP = 32;
/** `:` */
export const COLON = 58;
/** `/` */
export const SLASH = 47;

/** A table with 1 for each octet that `accepts` takes, 0 for the others. */
function tableOf(accepts: (octet: number) => boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 256 }, (_, octet) => Number(accepts(octet)));
}

function isOneOf(octet: number, characters: string): boolean {
  return characters.includes(String.fromCharCode(octet));
}

function isAlphanumeric(octet: number): boolean {
  return /^[0-9A-Za-z]$/.test(String.fromCharCode(octet));
}

/** Octets of a token: RFC 9110 section 5.6.2. */
export const TOKEN: Uint8Array<ArrayBuffer> = tableOf((octet) =>
  isAlphanumeric(octet) || isOneOf(octet, "!#$%&'*+-.^_`|~")
);

/** Octets of a field's value, those beyond ASCII too: RFC 9110 section 5.5. */
export const FIELD_VALUE: Uint8Array<ArrayBuffer> = tableOf((octet) =>
  octet === HTAB || (octet >= SP && octet !== 0x7f)
);

/**
 * Octets of a request's target: all that can be seen, except for a fragment's `#`. RFC 3986 has
 * fewer; browsers send some of the others, and UTF-8 as it is.
 */
export const TARGET: Uint8Array<ArrayBuffer> = tableOf((octet) =>
  octet > SP && octet !== 0x7f && octet !== 0x23
);

/** Octets of a host's name, without percent-encoding: RFC 3986 section 3.2.2. */
export const HOST_NAME: Uint8Array<ArrayBuffer> = tableOf((octet) =>
  isAlphanumeric(octet) || isOneOf(octet, "-._~!$&'()*+,;=")
);

/** Octets between the brackets of an IP address: RFC 3986 section 3.2.2. */
export const IP_LITERAL: Uint8Array<ArrayBuffer> = tableOf((octet) =>
  isAlphanumeric(octet) || isOneOf(octet, "-._~!$&'()*+,;=:")
);

/** What a hexadecimal digit stands for; −1 for any other octet. */
export const HEX_VALUE: Int8Array<ArrayBuffer> = Int8Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  return /^[0-9A-Fa-f]$/.test(character) ? Number.parseInt(character, 16) : -1;
});

/** Whether an octet is a decimal digit. */
export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 48 && octet <= 57;
}

/** Bytes as text, one character for each (Latin-1). */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** Text as bytes, one for each character, all of them up to U+00FF. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
