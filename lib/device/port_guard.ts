/**
 * Keeps Linux from answering for a port that a TCP of our own uses through a raw socket.
 *
 * To a segment for a port that nobody has, Linux answers with a reset, which ends a handshake made by
 * hand. A listening socket with a filter that lets nothing through swallows such segments silently,
 * takes no privilege and reserves the port; a raw socket still gets its copy of each.
 *
 * @module
 */
import { type IpAddress, SocketAddress } from "../ip.ts";
import { encodeSockaddr, SockaddrStorage } from "../linux/sockaddr.ts";
import {
  AF_INET,
  SO_ATTACH_FILTER,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../linux/socket.ts";
import type { Libc } from "../stack/libc/libc.ts";

/** `struct sock_filter` of "return 0": BPF_RET | BPF_K. */
const DROP_ALL = new Uint8Array([0x06, 0, 0, 0, 0, 0, 0, 0]);

/** `struct sock_fprog`: how many instructions, and where they are. */
function filterProgram(libc: Libc): Uint8Array<ArrayBuffer> {
  const program = new Uint8Array(16);
  const fields = new DataView(program.buffer);
  fields.setUint16(0, 1, true);
  fields.setBigUint64(8, libc.addressOf(DROP_ALL), true);
  return program;
}

/** A reserved port that Linux is silent about. */
export class PortGuard {
  /** The address with the reserved port. */
  readonly address: SocketAddress;
  readonly #libc: Libc;
  readonly #descriptor: number;

  private constructor(libc: Libc, descriptor: number, address: SocketAddress) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.address = address;
  }

  /**
   * Reserves a port.
   *
   * @param libc The C library.
   * @param ip An IPv4 address of the host's.
   * @param port The port, 0 for one that is free.
   * @returns −EADDRNOTAVAIL for an address that is not the host's, −EADDRINUSE for a port that is
   * taken.
   */
  static reserve(libc: Libc, ip: IpAddress, port: number): PortGuard | number {
    const descriptor = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return descriptor;
    const wanted = encodeSockaddr(new SocketAddress(ip, port));
    const program = filterProgram(libc);
    const name = new SockaddrStorage();
    name.length = name.bytes.length;
    // The filter comes before listen: not a single segment may be answered.
    const steps = [
      () => libc.setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length),
      () => libc.bind(descriptor, wanted, wanted.length),
      () => libc.listen(descriptor, 1),
      () => libc.getsockname(descriptor, name.bytes, name.lengthCell),
    ];
    for (const step of steps) {
      const result = step();
      if (result < 0) {
        libc.close(descriptor);
        return result;
      }
    }
    const { address } = name;
    const reserved = address instanceof SocketAddress ? address : new SocketAddress(ip, port);
    return new PortGuard(libc, descriptor, reserved);
  }

  /** Gives the port back; from now on Linux answers for it. */
  close(): void {
    this.#libc.close(this.#descriptor);
  }
}
