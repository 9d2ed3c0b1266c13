/**
 * What the handlers of system calls work with: one thread of a guest process.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { FileStatus } from "../../linux/stat.ts";
import { SOCKADDR_STORAGE_SIZE, SockaddrStorage } from "../../linux/sockaddr.ts";
import { MAX_RW_COUNT } from "../../linux/uio.ts";
import type { GuestMemory } from "../memory.ts";
import type { GuestClock } from "./guest_clock.ts";
import type { GuestProcess } from "./guest_process.ts";
import { PollEntries } from "./poll_entries.ts";

/** Most bytes of a path with its NUL, linux/limits.h. */
export const PATH_MAX = 4096;

/** Stands for an address whose length Linux refuses before it reads it: one byte too long. */
const TOO_LONG_ADDRESS = new Uint8Array(SOCKADDR_STORAGE_SIZE + 1);

/** Stands for a path that is too long. */
const TOO_LONG_PATH = "x".repeat(PATH_MAX);

/** An address as a trace shows it. */
export function hex(value: number): string {
  if (value === 0) return "NULL";
  if (!Number.isInteger(value)) return String(value);
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}

/**
 * The length of a transfer as Linux cuts it; a negative one is a huge `size_t`.
 */
export function transferCount(length: number): number {
  return length >= 0 ? Math.min(length, MAX_RW_COUNT) : MAX_RW_COUNT;
}

/** A thread of a guest process, and memory that its calls use again and again. */
export class CallContext {
  /** Makes the calls. */
  readonly system: System;
  /** Where pointers point. */
  readonly memory: GuestMemory;
  /** What the thread shares with others. */
  readonly process: GuestProcess;
  /** What time it is. */
  readonly clock: GuestClock;
  /** Receives an address. */
  readonly address: SockaddrStorage = new SockaddrStorage();
  /** Receives what a file is. */
  readonly status: FileStatus = new FileStatus();
  /** Receives two descriptors. */
  readonly pair: Int32Array<ArrayBuffer> = new Int32Array(2);
  /** Receives an int. */
  readonly cell: Int32Array<ArrayBuffer> = new Int32Array(1);
  /** Lists for polls. */
  readonly pollEntries: PollEntries = new PollEntries();

  /** A thread of `process`. */
  constructor(system: System, memory: GuestMemory, process: GuestProcess, clock: GuestClock) {
    this.system = system;
    this.memory = memory;
    this.process = process;
    this.clock = clock;
  }

  /**
   * Ends a call that does not reach `System`, so that traces show it.
   *
   * @param name The call's name.
   * @param result What the guest gets.
   * @param args Its arguments as text.
   * @returns `result`.
   */
  answer(name: string, result: number, ...args: string[]): number {
    return this.system.rejected(name, args, result);
  }

  /**
   * Ends a call on a descriptor that does not reach `System`: −EBADF wins.
   *
   * @param name The call's name.
   * @param fd The descriptor, an int.
   * @param errno What is wrong, negated, if the descriptor is open.
   * @param args The other arguments as text.
   * @returns What the guest gets.
   */
  refuse(name: string, fd: number, errno: number, ...args: string[]): number {
    const result = this.system.kind(fd | 0) < 0 ? -Errno.EBADF : errno;
    return this.answer(name, result, String(fd | 0), ...args);
  }

  /**
   * A path that ends with a NUL.
   *
   * @param address Where it begins.
   * @returns The path; null if it faults, which is then `System`'s to say; −EILSEQ if it is not UTF-8.
   */
  path(address: number): string | null | number {
    const path = this.memory.cString(address, PATH_MAX);
    if (path === -Errno.EFAULT) return null;
    return path === -Errno.ENAMETOOLONG ? TOO_LONG_PATH : path;
  }

  /**
   * A socket address.
   *
   * @param address Where it begins.
   * @param length Its length; an int.
   * @returns The guest's own bytes; null if they fault; more than 128 for a length that Linux refuses.
   */
  socketAddress(address: number, length: number): Uint8Array | null {
    const size = length | 0;
    if (size < 0 || size > SOCKADDR_STORAGE_SIZE) return TOO_LONG_ADDRESS;
    return this.memory.bytes(address, size);
  }

  /**
   * Copies an address to the guest, cut to the room that there is, as move_addr_to_user() in Linux's
   * net/socket.c does: the length that it would have had is written first.
   *
   * @param from The address.
   * @param address Where it goes.
   * @param lengthAddress Where the room for it stands, an int, and where its length goes.
   * @returns 0, −EFAULT, or −EINVAL for a negative room.
   */
  storeSocketAddress(from: SockaddrStorage, address: number, lengthAddress: number): number {
    const { memory } = this;
    const room = memory.load32(lengthAddress);
    if (room < 0) return room;
    const length = Math.min(room | 0, from.length);
    if (length < 0) return -Errno.EINVAL;
    memory.store32(lengthAddress, from.length);
    return memory.copyOut(address, from.bytes, length);
  }
}
