/**
 * `directory-entry-stream` of wasi:filesystem/types.
 *
 * @module
 */
import { decodeDirents64, type Dirent64 } from "../../../linux/dirent.ts";
import { Errno } from "../../../linux/errno.ts";
import { Resource } from "../resource.ts";
import { type DescriptorType, typeOfEntry } from "./attributes.ts";
import { checkFile, failFile } from "./error_code.ts";
import type { OpenHandle } from "./open_handle.ts";

/** Bytes of entries that are read at once. */
const BUFFER_SIZE = 1 << 15;

const NAME = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `directory-entry`. */
export interface DirectoryEntry {
  /** What it is, as far as the directory tells. */
  readonly type: DescriptorType;
  /** Its name. */
  readonly name: string;
}

/** `directory-entry-stream`. */
export class DirectoryEntryStream extends Resource {
  readonly #handle: OpenHandle;
  #entries: Dirent64[] = [];
  #ended = false;

  /** The entries of a directory that was opened for them; takes over the hold of `handle`. */
  constructor(handle: OpenHandle) {
    super();
    this.#handle = handle;
  }

  /** `read-directory-entry`. */
  readDirectoryEntry(): DirectoryEntry | undefined {
    for (;;) {
      const entry = this.#entries.pop();
      if (entry !== undefined) {
        const name = decodeName(entry.name);
        if (name !== "." && name !== "..") return { type: typeOfEntry(entry.type), name };
      } else if (this.#ended) return undefined;
      else this.#fill();
    }
  }

  protected override release(): void {
    this.#handle.release();
  }

  #fill(): void {
    const { system, fd } = this.#handle;
    const buffer = new Uint8Array(BUFFER_SIZE);
    const length = checkFile(system.getdents(fd, buffer, buffer.length));
    this.#ended = length === 0;
    this.#entries = [...decodeDirents64(buffer.subarray(0, length))].reverse();
  }
}

function decodeName(bytes: Uint8Array): string {
  try {
    return NAME.decode(bytes);
  } catch {
    return failFile(Errno.EILSEQ);
  }
}
