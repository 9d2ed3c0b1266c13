/**
 * The Host field and the authority of a target: RFC 9110 section 7.2, RFC 3986 section 3.2.
 *
 * @module
 */
import { COLON, HEX_VALUE, HOST_NAME, IP_LITERAL, isDigit } from "./characters.ts";

const PERCENT = 37;
const LEFT_BRACKET = 91;
const RIGHT_BRACKET = 93;

/** Where a host's name ends. */
function skipName(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const octet = bytes[at] as number;
    if (HOST_NAME[octet] === 1) at++;
    else if (
      octet === PERCENT && at + 2 < end && (HEX_VALUE[bytes[at + 1] as number] as number) >= 0 &&
      (HEX_VALUE[bytes[at + 2] as number] as number) >= 0
    ) at += 3;
    else break;
  }
  return at;
}

/** Where an IP address in brackets ends; −1 if it is none. */
function skipLiteral(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && IP_LITERAL[bytes[at] as number] === 1) at++;
  return at > start + 1 && at < end && bytes[at] === RIGHT_BRACKET ? at + 1 : -1;
}

/**
 * Whether bytes are `uri-host [ ":" port ]`. An empty host is one: it is what a client sends whose
 * target has none.
 */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === LEFT_BRACKET && start < end
    ? skipLiteral(bytes, start, end)
    : skipName(bytes, start, end);
  if (at < 0) return false;
  if (at === end) return true;
  if (bytes[at] !== COLON) return false;
  at++;
  while (at < end && isDigit(bytes[at])) at++;
  return at === end;
}
