/**
 * The head of an HTTP/1.1 request.
 *
 * @module
 */
import { HttpError, quote } from "./error.ts";
import { VERSION } from "../version.ts";
import type { HttpUrl } from "./http_url.ts";

/** A header field: name and value. */
export type Field = readonly [name: string, value: string];

/** The methods that the client has. */
export type Method = "GET" | "HEAD";

/** Fields that say how the message is framed or the connection used: not for a caller to set. */
const RESERVED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Parses a header field, RFC 9110 section 5.
 *
 * @param text `Name: value`.
 * @throws {HttpError} If the name is not a token, the value has control characters or characters
 * beyond Latin-1, or the field is one that the client sets itself.
 */
export function parseField(text: string): Field {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(text);
  const [, name = "", value = ""] = match ?? [];
  if (match === null || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new HttpError(`${quote(text)} is not a header field, such as "Accept: text/html"`);
  }
  if (RESERVED.has(name.toLowerCase())) {
    throw new HttpError(`the header field ${name} cannot be set`);
  }
  return [name, value];
}

/**
 * Writes a request's head.
 *
 * @param method The method.
 * @param url The URL.
 * @param fields Fields that replace those of the same name, or come in addition.
 * @returns Its bytes, Latin-1.
 */
export function requestHead(
  method: Method,
  url: HttpUrl,
  fields: readonly Field[] = [],
): Uint8Array<ArrayBuffer> {
  const own: Field[] = [["Host", url.host], ["Accept", "*/*"], ["User-Agent", `vmsock/${VERSION}`]];
  const given = new Set(fields.map(([name]) => name.toLowerCase()));
  const all = [
    ...own.filter(([name]) => !given.has(name.toLowerCase())),
    ...fields,
    ["Connection", "close"] as const,
  ];
  // RFC 9110 section 7.2: Host comes first.
  all.sort(([a], [b]) => Number(b.toLowerCase() === "host") - Number(a.toLowerCase() === "host"));
  const lines = all.map(([name, value]) => `${name}: ${value}`);
  const text = [`${method} ${url.target} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
