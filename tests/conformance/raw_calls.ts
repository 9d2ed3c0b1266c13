/**
 * Calls with the pointers and lengths that a scenario gives, where there is a guest's memory for them.
 *
 * @module
 */
import type { SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import type { ReceivedMessage } from "../../lib/stack/open_file.ts";
import type { AddressOperand } from "./addresses.ts";

/**
 * What `System` does not take as it is: lengths that disagree with the address, the room for an
 * address, counts of buffers. Lengths and counts are whatever a guest may pass.
 */
export interface RawCalls {
  /** bind(2). */
  bind(fd: number, address: AddressOperand, length: number): number;
  /** connect(2). */
  connect(fd: number, address: AddressOperand, length: number): number;
  /** accept(2), or with `flags` accept4(2). */
  accept(fd: number, peer: SockaddrStorage, room: number, flags: number | null): number;
  /** getsockname(2). */
  getsockname(fd: number, name: SockaddrStorage, room: number): number;
  /** getpeername(2). */
  getpeername(fd: number, name: SockaddrStorage, room: number): number;
  /** sendto(2). */
  sendto(fd: number, data: Iovec, flags: number, address: AddressOperand, length: number): number;
  /** recvfrom(2). */
  recvfrom(fd: number, buffer: Iovec, flags: number, from: SockaddrStorage, room: number): number;
  /** sendmsg(2). */
  sendmsg(
    fd: number,
    data: readonly Iovec[],
    count: number,
    flags: number,
    address: AddressOperand | undefined,
    length: number,
  ): number;
  /** recvmsg(2). */
  recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    count: number,
    flags: number,
    message: ReceivedMessage,
  ): number;
  /** readv(2). */
  readv(fd: number, buffers: readonly Iovec[], count: number): number;
  /** writev(2). */
  writev(fd: number, data: readonly Iovec[], count: number): number;
  /** setsockopt(2). */
  setsockopt(fd: number, level: number, name: number, value: Iovec, length: number): number;
}
