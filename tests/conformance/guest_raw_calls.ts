/**
 * Calls over a guest's memory, with the pointers and lengths that a scenario gives.
 *
 * @module
 */
import { SOCKADDR_STORAGE_SIZE, type SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import type { ReceivedMessage } from "../../lib/stack/open_file.ts";
import type { AddressOperand } from "./addresses.ts";
import { type GuestCaller, sizeOf } from "./guest_caller.ts";
import type { RawCalls } from "./raw_calls.ts";

/** Where recvmsg puts an address and its length, and where a caller reads them. */
interface NameRoom {
  readonly address: bigint;
  readonly length: bigint;
}

/** {@linkcode RawCalls} of a guest. */
export class GuestRawCalls implements RawCalls {
  readonly #guest: GuestCaller;

  /** Calls of `guest`. */
  constructor(guest: GuestCaller) {
    this.#guest = guest;
  }

  bind(fd: number, address: AddressOperand, length: number): number {
    this.#guest.arena.reset();
    return this.#guest.call("bind", fd, this.#address(address), length);
  }

  connect(fd: number, address: AddressOperand, length: number): number {
    this.#guest.arena.reset();
    return this.#guest.call("connect", fd, this.#address(address), length);
  }

  accept(fd: number, peer: SockaddrStorage, room: number, flags: number | null): number {
    return this.#named(
      peer,
      room,
      ({ address, length }) =>
        flags === null
          ? this.#guest.call("accept", fd, address, length)
          : this.#guest.call("accept4", fd, address, length, flags),
    );
  }

  getsockname(fd: number, name: SockaddrStorage, room: number): number {
    return this.#named(
      name,
      room,
      ({ address, length }) => this.#guest.call("getsockname", fd, address, length),
    );
  }

  getpeername(fd: number, name: SockaddrStorage, room: number): number {
    return this.#named(
      name,
      room,
      ({ address, length }) => this.#guest.call("getpeername", fd, address, length),
    );
  }

  sendto(fd: number, data: Iovec, flags: number, address: AddressOperand, length: number): number {
    const { arena } = this.#guest;
    arena.reset();
    const buffer = arena.put(data.base, data.base === null ? 0 : data.length);
    const target = this.#address(address);
    return this.#guest.call("sendto", fd, buffer, sizeOf(data.length), flags, target, length);
  }

  recvfrom(fd: number, buffer: Iovec, flags: number, from: SockaddrStorage, room: number): number {
    const { arena } = this.#guest;
    return this.#named(from, room, ({ address, length }) => {
      const at = arena.put(buffer.base);
      const size = sizeOf(buffer.length);
      const result = this.#guest.call("recvfrom", fd, at, size, flags, address, length);
      arena.get(at, buffer.base);
      return result;
    });
  }

  sendmsg(
    fd: number,
    data: readonly Iovec[],
    count: number,
    flags: number,
    address: AddressOperand | undefined,
    length: number,
  ): number {
    const { arena } = this.#guest;
    arena.reset();
    const { address: vector } = arena.vector(data);
    const name = address === undefined ? 0n : this.#address(address);
    return this.#guest.call("sendmsg", fd, this.#header(name, length, vector, count), flags);
  }

  recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    count: number,
    flags: number,
    message: ReceivedMessage,
  ): number {
    const { abi, arena } = this.#guest;
    const { name } = message;
    arena.reset();
    const { address: vector, bases } = arena.vector(buffers);
    const at = name === null ? 0n : arena.room(SOCKADDR_STORAGE_SIZE);
    const header = this.#header(at, SOCKADDR_STORAGE_SIZE, vector, count);
    const word = BigInt(abi.memory.pointerSize);
    const result = this.#guest.call("recvmsg", fd, header, flags);
    if (result < 0) return result;
    arena.getVector(buffers, bases);
    if (name !== null) {
      arena.get(at, name.bytes);
      name.length = arena.int(header + word);
    }
    message.flags = arena.int(header + 6n * word);
    return result;
  }

  readv(fd: number, buffers: readonly Iovec[], count: number): number {
    const { arena } = this.#guest;
    arena.reset();
    const { address, bases } = arena.vector(buffers);
    const result = this.#guest.call("readv", fd, address, count);
    arena.getVector(buffers, bases);
    return result;
  }

  writev(fd: number, data: readonly Iovec[], count: number): number {
    const { arena } = this.#guest;
    arena.reset();
    return this.#guest.call("writev", fd, arena.vector(data).address, count);
  }

  setsockopt(fd: number, level: number, name: number, value: Iovec, length: number): number {
    const { arena } = this.#guest;
    arena.reset();
    return this.#guest.call("setsockopt", fd, level, name, arena.put(value.base), length);
  }

  #address({ pointer }: AddressOperand): bigint {
    const { arena } = this.#guest;
    if (pointer === "null") return 0n;
    return pointer === "bad" ? arena.bad() : arena.put(pointer);
  }

  #named(name: SockaddrStorage, room: number, call: (room: NameRoom) => number): number {
    const { arena } = this.#guest;
    arena.reset();
    const address = arena.room(SOCKADDR_STORAGE_SIZE);
    const length = arena.ints(room);
    const result = call({ address, length });
    if (result < 0) return result;
    arena.get(address, name.bytes);
    name.length = arena.int(length);
    return result;
  }

  /** Puts a `struct msghdr`, its last field junk: padding stands where a word is wider than an int. */
  #header(name: bigint, length: number, vector: bigint, count: number): bigint {
    const flags = 0x7fff0000;
    return this.#guest.arena.words(name, length, vector, count, 0, 0, flags);
  }
}
