/**
 * A guest's kernel over one stack, with the steps that its tests share.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Kernel, type KernelOptions } from "../../lib/kernel/kernel.ts";
import { IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../lib/ip.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { encodeSockaddr, SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import { encodeTimeval, TIMEVAL_SIZE } from "../../lib/linux/time.ts";
import { LibcUnavailableError } from "../../lib/stack/libc/library.ts";
import { openStack } from "../../lib/stack/open.ts";
import type { Stack } from "../../lib/stack/stack.ts";
import { unlessSkipped } from "../skipped.ts";

/** The stacks that the kernel runs over. */
export const STACKS = ["libc", "deno"] as const;

/** One of them. */
export type TestedStack = (typeof STACKS)[number];

/** Milliseconds after which a call that should not wait is a failure. */
const PATIENCE = 5_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of ASCII text, for a buffer argument. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text of bytes. */
export function text(content: Uint8Array): string {
  return decoder.decode(content.slice());
}

/** Fails unless `result` is the negated `errno`, and says both by name. */
export function assertErrno(result: number, errno: number, call = "call"): void {
  const got = result < 0 ? errnoName(-result) : String(result);
  assertEquals(got, errnoName(errno), call);
}

/** A loopback address with a port. */
export function loopback(domain: number, port = 0): Uint8Array<ArrayBuffer> {
  const ip = domain === AF_INET6 ? IPV6_LOOPBACK : IPV4_LOOPBACK;
  return encodeSockaddr(new SocketAddress(ip, port));
}

/** Two ends of a TCP connection and the socket that accepted one of them. */
export interface Connection {
  readonly listener: number;
  readonly client: number;
  readonly server: number;
}

/** A kernel, and what tests do with it again and again. Ends with its descriptors and files. */
export class Guest {
  /** The calls under test. */
  readonly kernel: Kernel;
  /** The stack below. */
  readonly stack: Stack;
  #folder: string | null = null;

  /** Makes a guest over a stack of its own, or over one that stays open. */
  constructor(stack: TestedStack | Stack, options: KernelOptions = {}) {
    const isOwn = typeof stack === "string";
    this.stack = isOwn ? openStack(stack) : stack;
    this.kernel = new Kernel(this.stack, { keepStack: !isOwn, checkLocks: true, ...options });
  }

  /** A folder of this guest's own. */
  get folder(): string {
    return this.#folder ??= Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_kernel_" }));
  }

  /** Fails unless `result` is no error; returns it. */
  ok(result: number, call = "call"): number {
    assert(result >= 0, `${call} gives ${errnoName(-result)}`);
    return result;
  }

  /** A new socket on which no call waits for ever. */
  socket(domain: number, type: number, protocol = 0): number {
    const fd = this.ok(this.kernel.socket(domain, type, protocol), "socket");
    this.bound(fd);
    return fd;
  }

  /** Gives both directions of a socket a time-out. */
  bound(fd: number, milliseconds = PATIENCE): void {
    const value = new Uint8Array(TIMEVAL_SIZE);
    encodeTimeval({
      seconds: Math.floor(milliseconds / 1000),
      microseconds: milliseconds % 1000 * 1000,
    }, value);
    for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) {
      this.ok(this.kernel.setsockopt(fd, SOL_SOCKET, option, value, TIMEVAL_SIZE), "setsockopt");
    }
  }

  /** A TCP socket. */
  tcp(domain = AF_INET): number {
    return this.socket(domain, SOCK_STREAM);
  }

  /** A UDP socket, bound to loopback. */
  udp(domain = AF_INET): number {
    const fd = this.socket(domain, SOCK_DGRAM);
    this.ok(this.kernel.bind(fd, loopback(domain)), "bind");
    return fd;
  }

  /** Two UDP sockets, each connected to the other. */
  udpPair(domain = AF_INET): readonly [number, number] {
    const pair = [this.udp(domain), this.udp(domain)] as const;
    this.ok(this.kernel.connect(pair[0], this.addressOf(pair[1])), "connect");
    this.ok(this.kernel.connect(pair[1], this.addressOf(pair[0])), "connect");
    return pair;
  }

  /** A listening TCP socket on loopback. */
  listener(domain = AF_INET, backlog = 16): number {
    const fd = this.tcp(domain);
    this.ok(this.kernel.bind(fd, loopback(domain)), "bind");
    this.ok(this.kernel.listen(fd, backlog), "listen");
    return fd;
  }

  /** A TCP connection over loopback. */
  connection(domain = AF_INET): Connection {
    const listener = this.listener(domain);
    const client = this.tcp(domain);
    this.ok(this.kernel.connect(client, this.addressOf(listener)), "connect");
    const server = this.ok(this.kernel.accept(listener, null), "accept");
    this.bound(server);
    return { listener, client, server };
  }

  /** The sockaddr bytes that a socket has. */
  addressOf(fd: number): Uint8Array<ArrayBuffer> {
    const name = new SockaddrStorage();
    this.ok(this.kernel.getsockname(fd, name), "getsockname");
    return name.toBytes();
  }

  /** Sends all of a text. */
  send(fd: number, content: string, flags = 0): void {
    const buffer = bytes(content);
    assertEquals(this.kernel.send(fd, buffer, buffer.length, flags), buffer.length, "send");
  }

  /** What one recv gives. */
  receive(fd: number, room = 64, flags = 0): string {
    const buffer = new Uint8Array(room);
    return text(buffer.subarray(0, this.ok(this.kernel.recv(fd, buffer, room, flags), "recv")));
  }

  /** Waits until one of `events` is there; returns all that are. */
  await(fd: number, events = POLLIN): number {
    const entry = { fd, events, revents: 0 };
    assertEquals(this.ok(this.kernel.poll([entry], PATIENCE), "poll"), 1, "poll timed out");
    return entry.revents;
  }

  /** Sets an option that is an int. */
  setInt(fd: number, level: number, name: number, value: number): number {
    const cell = Int32Array.of(value);
    return this.kernel.setsockopt(fd, level, name, new Uint8Array(cell.buffer), 4);
  }

  /** An option that is an int. */
  getInt(fd: number, level: number, name: number): number {
    const cell = new Int32Array(1);
    const length = Int32Array.of(4);
    const value = new Uint8Array(cell.buffer);
    this.ok(this.kernel.getsockopt(fd, level, name, value, length), "getsockopt");
    assertEquals(length[0], 4);
    return cell[0] as number;
  }

  [Symbol.dispose](): void {
    this.kernel.exit();
    if (this.#folder !== null) Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** Why a stack cannot be tested here; null if it can. */
export function whyMissing(stack: TestedStack): string | null {
  if (stack === "deno") return null;
  try {
    openStack(stack).close();
    return null;
  } catch (error) {
    if (error instanceof LibcUnavailableError) return error.message;
    throw error;
  }
}

/** Registers a test with a guest over one stack; `reason` says why it cannot run here. */
export function testOn(
  stack: TestedStack,
  name: string,
  body: (guest: Guest, stack: TestedStack) => void | Promise<void>,
  reason: string | null = null,
): void {
  Deno.test({
    ...unlessSkipped(`[${stack}] ${name}`, whyMissing(stack), reason),
    fn: async () => {
      using guest = new Guest(stack);
      await body(guest, stack);
    },
  });
}

/** Registers a test for each stack; `reason` says why it cannot run here. */
export function testOnEach(
  name: string,
  body: (guest: Guest, stack: TestedStack) => void | Promise<void>,
  reason: string | null = null,
): void {
  for (const stack of STACKS) testOn(stack, name, body, reason);
}
