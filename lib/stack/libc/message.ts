/**
 * `struct msghdr` and `struct iovec` for libc, in memory that is kept from call to call.
 *
 * @module
 */
import type { Iovec } from "../../linux/uio.ts";
import type { HostBytes, Libc } from "./libc.ts";

const MSGHDR_SIZE = 56;
const MSG_NAMELEN = 8;
const MSG_FLAGS = 48;

/** Builds what readv, writev, sendmsg and recvmsg point to. */
export class Message {
  /** The `struct msghdr`. */
  readonly header: Uint8Array<ArrayBuffer> = new Uint8Array(MSGHDR_SIZE);
  /** The `struct iovec` array. */
  iov: BigUint64Array<ArrayBuffer> = new BigUint64Array(2 * 16);
  readonly #libc: Libc;
  readonly #fields: DataView<ArrayBuffer> = new DataView(this.header.buffer);
  /** Keeps the buffers reachable, and so their addresses valid, while libc uses them. */
  #buffers: readonly Iovec[] = [];

  /** Makes the memory; addresses come from `libc`. */
  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Writes the addresses and lengths of `buffers` to {@link Message.iov}. */
  setBuffers(buffers: readonly Iovec[]): void {
    if (this.iov.length < 2 * buffers.length) this.iov = new BigUint64Array(2 * buffers.length);
    this.#buffers = buffers;
    let index = 0;
    for (const { base, length } of buffers) {
      this.iov[index++] = base === null ? 0n : this.#libc.addressOf(base as HostBytes);
      this.iov[index++] = BigInt(length);
    }
  }

  /** Fills the header: buffers as set before, a name or null, no control data, no flags. */
  setHeader(count: number, name: Uint8Array<ArrayBuffer> | null, nameLength: number): void {
    const fields = this.#fields;
    fields.setBigUint64(0, name === null ? 0n : this.#libc.addressOf(name), true);
    fields.setUint32(MSG_NAMELEN, name === null ? 0 : nameLength, true);
    fields.setBigUint64(16, this.#libc.addressOf(this.iov), true);
    fields.setBigUint64(24, BigInt(count), true);
    fields.setBigUint64(32, 0n, true);
    fields.setBigUint64(40, 0n, true);
    fields.setInt32(MSG_FLAGS, 0, true);
  }

  /** `msg_namelen` as the call left it. */
  get nameLength(): number {
    return this.#fields.getUint32(MSG_NAMELEN, true);
  }

  /** `msg_flags` as the call left them. */
  get flags(): number {
    return this.#fields.getInt32(MSG_FLAGS, true);
  }

  /** Lets go of the buffers after the call. */
  clear(): void {
    this.#buffers = [];
  }

  /** How many buffers are set. */
  get count(): number {
    return this.#buffers.length;
  }
}
