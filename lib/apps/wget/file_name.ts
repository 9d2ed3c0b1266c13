/**
 * The name of the file that a URL is saved to.
 *
 * @module
 */
import type { HttpUrl } from "../http/http_url.ts";

/** Longest name, in bytes: Linux's 255 less room for `.1` and the like, as GNU Wget has it. */
const MAX_BYTES = 236;

const ENCODER = new TextEncoder();

/** Decodes percent-encoding where it stands for UTF-8; what does not is left alone. */
function decodePercent(text: string): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split("%"), (hex) => Number.parseInt(hex, 16));
    try {
      return decoder.decode(bytes);
    } catch {
      return run.toUpperCase();
    }
  });
}

function encodePercent(text: string): string {
  return [...ENCODER.encode(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** Cuts text to so many bytes of UTF-8, between characters. */
function cut(text: string, most: number): string {
  const { read } = ENCODER.encodeInto(text, new Uint8Array(most));
  return text.slice(0, read);
}

/**
 * Names the file as GNU Wget does: the last part of the path, `index.html` where that is empty, and
 * the query after a question mark.
 *
 * The name is one component of a path, in the current folder whatever the URL says: a slash that was
 * encoded, or is part of the query, stays encoded, as do control characters.
 *
 * @param url The URL, as it was given: not what it redirects to, which the server chooses.
 * @returns The name, at most 236 bytes of UTF-8.
 */
export function fileNameOf({ target }: HttpUrl): string {
  const [path = "", ...queries] = target.split("?");
  const last = decodePercent(path.slice(path.lastIndexOf("/") + 1));
  const query = queries.length === 0 ? "" : `?${decodePercent(queries.join("?"))}`;
  const name = `${last === "" ? "index.html" : last}${query}`.replace(/[/\p{Cc}]/gu, encodePercent);
  return cut(name === "." || name === ".." ? encodePercent(name) : name, MAX_BYTES);
}
