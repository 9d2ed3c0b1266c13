/**
 * wasi:filesystem/preopens.
 *
 * @module
 */
import type { System } from "../../../kernel/system.ts";
import { Errno, errnoMessage } from "../../../linux/errno.ts";
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_RDONLY } from "../../../linux/fcntl.ts";
import type { PreopenedDirectory } from "../../wasi/preopened.ts";
import type { WasiContext } from "../context.ts";
import { Descriptor } from "./descriptor.ts";

/** A directory that cannot be opened for a guest; the message says which and why. */
export class PreopenError extends Error {
  /** `PreopenError`. */
  override readonly name: string = "PreopenError";
}

/** Directories that a guest finds open. */
export class Preopens implements Disposable {
  readonly #system: System;
  readonly #opened: { readonly fd: number; readonly guest: string }[] = [];

  /**
   * Opens directories.
   *
   * @param system The guest's system.
   * @param directories What to open.
   * @throws {PreopenError} If one of them cannot be opened; none is left open then.
   */
  constructor(system: System, directories: readonly PreopenedDirectory[]) {
    this.#system = system;
    for (const { host, guest } of directories) {
      const fd = system.openat(AT_FDCWD, host, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
      if (fd < 0) {
        this[Symbol.dispose]();
        const flag = fd === -Errno.EACCES ? `, add --allow-read=${host}` : "";
        throw new PreopenError(`Cannot open ${host} for the guest: ${errnoMessage(fd)}${flag}`);
      }
      this.#opened.push({ fd, guest });
    }
  }

  /** `get-directories`: descriptors of the caller's own, under the guest's names. */
  getDirectories(context: WasiContext): [Descriptor, string][] {
    const directories: [Descriptor, string][] = [];
    for (const { fd, guest } of this.#opened) {
      const own = this.#system.dup(fd);
      if (own >= 0) directories.push([new Descriptor(context, own), guest]);
    }
    return directories;
  }

  /** Closes them. */
  [Symbol.dispose](): void {
    for (const { fd } of this.#opened.splice(0)) this.#system.close(fd);
  }
}
