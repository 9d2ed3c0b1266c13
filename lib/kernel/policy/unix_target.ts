/**
 * A socket file that is held open while a call uses it.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { encodeSockaddr, UnixAddress } from "../../linux/sockaddr.ts";
import { errnoOf, nodeFs } from "../files/node_fs.ts";

// fcntl.h: the file itself, not what is behind it. node:fs has no name for it.
const O_PATH = 0o10000000;

/**
 * Tells where an open file is.
 *
 * @param descriptor A descriptor of the host.
 * @returns What `/proc/self/fd/` and the descriptor links to, null if that cannot be read.
 */
export type DescriptorPath = (descriptor: number) => string | null;

/**
 * A socket file, opened after its path was found permitted. The address leads to this very file,
 * also if a symbolic link on the way has been changed since.
 */
export class UnixTarget implements Disposable {
  /** Sockaddr bytes to hand to libc instead of the guest's; a peer never sees them. */
  readonly address: Uint8Array<ArrayBuffer>;
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.address = encodeSockaddr(new UnixAddress("pathname", `/proc/self/fd/${descriptor}`));
  }

  /**
   * Opens a file.
   *
   * @param path Where it is, without symbolic links.
   * @returns The file; a negated errno if it cannot be opened.
   */
  static open(path: string): UnixTarget | number {
    try {
      return new UnixTarget(nodeFs().openSync(path, O_PATH));
    } catch (error) {
      return errnoOf(error);
    }
  }

  /**
   * Where the opened file is.
   *
   * @param path Where it was looked for.
   * @param pathOf Reads the place from the system, against which no change of the way helps. Without
   * it the file that is at `path` now must be the one that was opened, which a guest's thread that
   * renames folders in time could arrange.
   * @returns An absolute path, or a negated errno.
   */
  locate(path: string, pathOf: DescriptorPath | null): string | number {
    if (pathOf !== null) return pathOf(this.#descriptor) ?? -Errno.EACCES;
    try {
      const opened = nodeFs().fstatSync(this.#descriptor, { bigint: true });
      const found = nodeFs().lstatSync(path, { bigint: true });
      return opened.ino === found.ino && opened.dev === found.dev ? path : -Errno.EACCES;
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** Closes the file; the address leads nowhere then. */
  close(): void {
    nodeFs().closeSync(this.#descriptor);
  }

  /** As {@linkcode UnixTarget.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
