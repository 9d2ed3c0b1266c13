/**
 * An open file that does nothing but count, for tests of what holds files.
 *
 * @module
 */
import { O_RDWR } from "../../lib/linux/fcntl.ts";
import type { FileStatus } from "../../lib/linux/stat.ts";
import { FileKind, OpenFile } from "../../lib/stack/open_file.ts";

/** What a {@linkcode FakeFile} is. */
export interface FakeFileOptions {
  readonly kind?: FileKind;
  readonly domain?: number;
  readonly type?: number;
  readonly flags?: number;
}

/** An open file that counts how often it was closed. */
export class FakeFile extends OpenFile {
  readonly kind: FileKind;
  override readonly domain: number;
  override readonly type: number;
  /** How often it was closed. */
  closed = 0;
  readonly #flags: number;

  constructor(
    { kind = FileKind.other, domain = 0, type = 0, flags = O_RDWR }: FakeFileOptions = {},
  ) {
    super();
    this.kind = kind;
    this.domain = domain;
    this.type = type;
    this.#flags = flags;
  }

  close(): number {
    this.closed++;
    return 0;
  }

  getStatusFlags(): number {
    return this.#flags;
  }

  setStatusFlags(_flags: number): number {
    return 0;
  }

  fstat(_status: FileStatus): number {
    return 0;
  }
}
