/**
 * The listing of a directory as a page.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { decodeDirents64, DT_DIR } from "../../linux/dirent.ts";
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_RDONLY } from "../../linux/fcntl.ts";
import { HttpdLimits } from "./limits.ts";
import { encodeName } from "./request_path.ts";

/** Bytes of records that are read at once. */
const RECORDS_SIZE = 32 * 1024;

const OPEN_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/**
 * The names in a directory in alphabetical order, directories with a slash behind them. Names that
 * are not UTF-8 are left out: no URL would lead there.
 *
 * @param path The directory.
 * @returns The names, or a negated errno.
 */
export function listNames(system: System, path: string): string[] | number {
  const fd = system.openat(AT_FDCWD, path, OPEN_FLAGS, 0);
  if (fd < 0) return fd;
  const records = new Uint8Array(RECORDS_SIZE);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const names: string[] = [];
  let length = 0;
  while (
    names.length < HttpdLimits.listing &&
    (length = system.getdents(fd, records, records.length)) > 0
  ) {
    for (const { name, type } of decodeDirents64(records.subarray(0, length))) {
      try {
        const text = decoder.decode(name);
        if (text !== "." && text !== "..") names.push(type === DT_DIR ? `${text}/` : text);
      } catch {
        // Not UTF-8.
      }
    }
  }
  system.close(fd);
  if (length < 0) return length;
  return names.slice(0, HttpdLimits.listing).sort();
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
    // Would be invisible, or change what is seen.
    .replace(/[\p{Cc}\p{Cf}]/gu, "\u{fffd}");
}

function rowOf(name: string): string {
  const isDirectory = name.endsWith("/");
  const bare = isDirectory ? name.slice(0, -1) : name;
  // Without "./" a name with a colon would be read as another scheme.
  const href = `./${encodeName(bare)}${isDirectory ? "/" : ""}`;
  return `<li><a href="${href}">${escapeHtml(name)}</a></li>\n`;
}

/**
 * The page that lists a directory.
 *
 * @param place Names that lead to it from the root on.
 * @param names What {@linkcode listNames} found.
 */
export function listingPage(place: readonly string[], names: readonly string[]): string {
  const title = escapeHtml(`/${place.map((name) => `${name}/`).join("")}`);
  const rows = place.length === 0 ? [] : [`<li><a href="../">../</a></li>\n`];
  rows.push(...names.map(rowOf));
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${title}</title></head>\n` +
    `<body><h1>${title}</h1>\n<ul>\n${rows.join("")}</ul></body></html>\n`;
}
