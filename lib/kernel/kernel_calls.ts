/**
 * All system calls of one guest process.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../linux/socket.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import { NameLookup } from "../stack/name_lookup.ts";
import { PathCalls } from "./path_calls.ts";
import type { LocalFileState } from "./files/file_state.ts";
import type { StdioOptions } from "./files/stdio.ts";
import type { System } from "./system.ts";
import type { ThreadKernel } from "./threads/thread_kernel.ts";

/** Longest host name in text, RFC 1035 section 2.3.4, with a final dot. */
const MAX_NAME_LENGTH = 254;

/** What a process has besides its parts that its other threads have to know. */
export interface SharingOptions {
  /** The current folder and its like. */
  readonly state: LocalFileState;
  /** What an embedder has in place of stdio. */
  readonly stdio: StdioOptions;
  /** Whether the order of locks is checked. */
  readonly checkLocks: boolean;
}

/**
 * `System` over the parts of a process, whoever else has some of them.
 *
 * @internal
 */
export abstract class KernelCalls extends PathCalls implements System {
  /** Whether this kernel makes no calls any more. */
  protected ended: boolean = false;
  /** Whether the stack is somebody else's to close. */
  protected keepStack: boolean = false;
  /** What makes this kernel's calls, since its process is shared with other threads. */
  protected thread: ThreadKernel | null = null;
  /** How this process is set up, for its other threads. */
  protected sharing: SharingOptions | null = null;

  /** Name lookups with a time limit. */
  protected readonly lookup: NameLookup = new NameLookup();

  /** See `System.keepsLookups`. */
  get keepsLookups(): boolean {
    return this.stack.limitsLookups !== true || this.stack.keepsLookups === true;
  }

  /** See `System.resolve`. */
  resolve(
    name: string | null,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout: number = -1,
  ): number {
    if (name === null) return -Errno.EFAULT;
    if (family !== AF_INET && family !== AF_INET6 && family !== AF_UNSPEC) {
      return -Errno.EAFNOSUPPORT;
    }
    const literal = parseIpAddress(name);
    if (literal !== null) {
      const wanted = literal.family === 4 ? AF_INET : AF_INET6;
      if (family !== AF_UNSPEC && family !== wanted) return -Errno.ENOENT;
      addresses.push(encodeSockaddr(new SocketAddress(literal, 0)));
      return 1;
    }
    if (name.length === 0 || name.length > MAX_NAME_LENGTH) return -Errno.ENOENT;
    const refused = this.policy.checkName(name);
    if (refused < 0) return refused;
    const found: Uint8Array<ArrayBuffer>[] = [];
    // Deno would ask whether the worker may, if it were not granted for all ports.
    const apart = timeout >= 0 && this.stack.limitsLookups !== true && this.policy.isGranted(name);
    const count = apart
      ? this.#resolveWithin(timeout, name, family, found)
      : this.stack.resolve(name, family, found, timeout);
    if (count > 0) {
      this.policy.learn(name, found);
      addresses.push(...found);
    }
    return count;
  }

  #resolveWithin(
    timeout: number,
    name: string,
    family: number,
    found: Uint8Array<ArrayBuffer>[],
  ): number {
    const wanted = family === AF_INET ? 4 : family === AF_INET6 ? 6 : 0;
    const texts = this.lookup.lookUp(name, wanted, timeout);
    if (typeof texts === "number") return texts;
    for (const text of new Set(texts)) {
      const ip = parseIpAddress(text);
      if (ip !== null) found.push(encodeSockaddr(new SocketAddress(ip, 0)));
    }
    return found.length === 0 ? -Errno.ENOENT : found.length;
  }

  /** See `System.takeDenial`. */
  takeDenial(): string | null {
    return this.policy.takeDenial();
  }
}
