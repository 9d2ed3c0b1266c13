/**
 * A guest that makes numbered system calls, with a memory that ends where its tests want it to.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { LinuxAbi, type LinuxAbiOptions } from "../../../lib/guest/linux/linux_abi.ts";
import type { GuestMemory } from "../../../lib/guest/memory.ts";
import { errnoName } from "../../../lib/linux/errno.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { Guest, type TestedStack, whyMissing } from "../../kernel/guest.ts";

const SIZE = 0x100000;

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/** A call's arguments, as C passes them. */
export type Argument = number | bigint;

/** What a row of {@linkcode checkRows} may give. */
export type Result = number | string;

/** What something is called, what native Linux says to it, and how it is done. */
export type Row = readonly [label: string, expected: Result, run: () => Result];

/** A result as the rows have it: a number, or `-EFAULT`. */
export function resultText(result: Result): string {
  if (typeof result === "string") return result;
  return result < 0 ? `-${errnoName(result)}` : String(result);
}

/** Does what the rows say, one after the other, and fails with everything that is not as expected. */
export function checkRows(rows: readonly Row[]): void {
  const actual = rows.map(([label, , run]) => `${label}: ${resultText(run())}`);
  assertEquals(actual, rows.map(([label, expected]) => `${label}: ${resultText(expected)}`));
}

/** A kernel with numbered calls over a memory of 1 MiB, the first page of which is free. */
export class AbiGuest implements Disposable {
  /** The kernel, and steps that are not under test. */
  readonly host: Guest;
  /** The calls under test. */
  readonly abi: LinuxAbi;
  /** The memory. */
  readonly memory: GuestMemory;
  /** An address just beyond the memory. */
  readonly bad: number = SIZE;
  /** A buffer of some 100 kB. */
  readonly buffer: number = 0x10000;
  #next = 0x40000;

  /** Makes a guest. */
  constructor(stack: TestedStack, options: LinuxAbiOptions = {}) {
    this.host = new Guest(stack);
    this.abi = new LinuxAbi(this.host.kernel, new ArrayBuffer(SIZE), { start: 4096, ...options });
    this.memory = this.abi.memory;
  }

  /** Makes a call. */
  call(name: keyof typeof SYS, ...args: readonly Argument[]): number {
    return this.abi.syscall(SYS[name], ...args);
  }

  /** The address of the last `count` bytes of the memory. */
  edge(count: number): number {
    return SIZE - count;
  }

  /** Fails unless `result` is no error. */
  ok(result: number): number {
    return this.host.ok(result);
  }

  /** Puts bytes somewhere, or text with a NUL. */
  put(value: string | Uint8Array, address?: number): number {
    const bytes = typeof value === "string" ? ENCODER.encode(`${value}\0`) : value;
    const place = address ?? this.#next;
    if (address === undefined) this.#next = Math.ceil((place + bytes.length) / 16) * 16;
    assertEquals(this.memory.copyOut(place, bytes), 0);
    return place;
  }

  /** Puts 32-bit numbers. */
  ints(...values: number[]): number {
    return this.put(new Uint8Array(Int32Array.from(values).buffer));
  }

  /** Puts 64-bit numbers. */
  longs(...values: Argument[]): number {
    const cells = BigInt64Array.from(values, (value) => BigInt.asIntN(64, BigInt(value)));
    return this.put(new Uint8Array(cells.buffer));
  }

  /** Reads a 32-bit number. */
  int(address: number): number {
    return this.memory.load32(address) | 0;
  }

  /** Reads a 64-bit number. */
  long(address: number): number {
    return this.memory.loadInt64(address);
  }

  /** Reads text. */
  text(address: number, length: number): string {
    return DECODER.decode(this.memory.bytes(address, length)?.slice());
  }

  /** A file with contents, open for both, at its beginning. */
  file(contents = ""): number {
    Deno.writeTextFileSync(`${this.host.folder}/f`, contents);
    return this.open("f", 2);
  }

  /** Opens a file of this guest's own folder. */
  open(name: string, flags: number): number {
    return this.ok(
      this.call("openat", -100, this.put(`${this.host.folder}/${name}`), flags, 0o644),
    );
  }

  /** What can be received or read without waiting, as `count "text"`. */
  rest(fd: number): string {
    const { kernel } = this.host;
    const bytes = new Uint8Array(64);
    let result = kernel.recv(fd, bytes, 60, 0x40);
    if (result === -88) {
      const flags = kernel.fcntl(fd, 3, 0);
      kernel.fcntl(fd, 4, flags | 0o4000);
      result = kernel.read(fd, bytes, 60);
      kernel.fcntl(fd, 4, flags);
    }
    return result < 0
      ? resultText(result)
      : `${result} "${DECODER.decode(bytes.subarray(0, result))}"`;
  }

  /** The lowest number that is free. */
  lowestFree(): number {
    const fd = this.ok(this.host.kernel.dup(0));
    this.host.kernel.close(fd);
    return fd;
  }

  [Symbol.dispose](): void {
    this.host[Symbol.dispose]();
  }
}

/** Registers a test with a guest over one stack. */
export function testAbi(
  stack: TestedStack,
  name: string,
  body: (guest: AbiGuest) => void | Promise<void>,
  options: LinuxAbiOptions = {},
): void {
  const missing = whyMissing(stack);
  Deno.test({
    name: `[${stack}] ${name}${missing === null ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== null,
    fn: async () => {
      using guest = new AbiGuest(stack, options);
      await body(guest);
    },
  });
}

/** Registers a test for both stacks. */
export function testAbiOnEach(
  name: string,
  body: (guest: AbiGuest) => void | Promise<void>,
  options: LinuxAbiOptions = {},
): void {
  testAbi("libc", name, body, options);
  testAbi("deno", name, body, options);
}
