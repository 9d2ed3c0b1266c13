/**
 * A WASI preview 1 guest without a module: its functions are called as a module would call them, over
 * a memory that the test fills.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { bindFunction } from "../../../lib/guest/wasi_p1/bind_function.ts";
import { Descriptor } from "../../../lib/guest/wasi_p1/descriptor.ts";
import { WasiErrno } from "../../../lib/guest/wasi_p1/errno.ts";
import { FUNCTIONS } from "../../../lib/guest/wasi_p1/imports.ts";
import { openDirectory, openListener } from "../../../lib/guest/wasi_p1/preopens.ts";
import { WasiProcess } from "../../../lib/guest/wasi_p1/wasi_process.ts";
import { GuestMemory } from "../../../lib/guest/memory.ts";
import type { System } from "../../../lib/kernel/system.ts";
import { type Guest, testOnEach } from "../../kernel/guest.ts";

/** Pages of the guest's memory. */
const PAGES = 4;

/** Bytes of a page. */
export const PAGE = 65_536;

/** Bytes of the guest's memory. */
export const MEMORY_SIZE: number = PAGES * PAGE;

/** Where the test's data begins; below is what no pointer of a test should be. */
const DATA_START = 1024;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(WasiErrno).map(([name, number]) => [number, name]),
);

/** A directory's descriptor, the first that a guest finds open. */
export const DIRECTORY = 3;

/** What a guest is given beside descriptors 0, 1 and 2. */
export interface WasiGuestOptions {
  readonly args?: readonly string[];
  readonly environment?: readonly string[];
  /** A folder of the host that it finds open as `/`. */
  readonly folder?: string;
  /** An address that it finds a listening socket at. */
  readonly listener?: string;
}

/** What `fd_fdstat_get` tells. */
export interface Fdstat {
  readonly type: number;
  readonly flags: number;
  readonly base: number;
  readonly inheriting: number;
}

/** What `fd_filestat_get` tells. */
export interface Filestat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly type: number;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
}

/** What `poll_oneoff` tells of one subscription. */
export interface Event {
  readonly userdata: bigint;
  readonly error: string;
  readonly type: number;
  readonly bytes: number;
  readonly flags: number;
}

/** A descriptor to wait for, or a clock. */
export type Subscription =
  | { readonly read: number }
  | { readonly write: number }
  | {
    readonly clock: number;
    readonly timeout: bigint;
    readonly flags?: number;
  };

function terminated(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** The guest. */
export class WasiGuest {
  /** What its functions share. */
  readonly process: WasiProcess;
  /** Its memory, which can grow. */
  readonly wasmMemory: WebAssembly.Memory = new WebAssembly.Memory({ initial: PAGES });
  #top = DATA_START;

  constructor(system: System, options: WasiGuestOptions = {}) {
    const { args = [], environment = [], folder, listener } = options;
    this.process = new WasiProcess(system, {
      args: args.map(terminated),
      environment: environment.map(terminated),
    });
    this.process.memory = new GuestMemory(this.wasmMemory);
    const { descriptors } = this.process;
    for (const fd of [0, 1, 2]) descriptors.add(new Descriptor(system, fd, { borrowed: true }));
    if (folder !== undefined) {
      const fd = openDirectory(system, { host: folder, guest: "/" });
      const preopened = new TextEncoder().encode("/");
      descriptors.add(new Descriptor(system, fd, { preopened }));
    }
    if (listener !== undefined) {
      descriptors.add(new Descriptor(system, openListener(system, listener)));
    }
  }

  /** Its memory. */
  get memory(): GuestMemory {
    return this.process.memory;
  }

  /** Calls a function; the errno's name. Of several versions, that with as many parameters. */
  call(name: string, ...args: (number | bigint)[]): string {
    const row = FUNCTIONS[name]?.find(({ parameters }) => parameters.length === args.length);
    if (row === undefined) throw new Error(`No ${name} of ${args.length} parameters`);
    [...row.parameters].forEach((letter, index) => {
      assertEquals(typeof args[index], letter === "I" ? "bigint" : "number", `${name} ${index}`);
    });
    // As WebAssembly passes them: an i32 has a sign, an i64 too.
    const values = args.map((value) =>
      typeof value === "bigint" ? BigInt.asIntN(64, value) : value | 0
    );
    const errno = bindFunction(this.process, row.call, row.parameters.length)(...values);
    return NAMES.get(errno) ?? String(errno);
  }

  /** As `call`, and fails unless it succeeds. */
  ok(name: string, ...args: (number | bigint)[]): void {
    assertEquals(this.call(name, ...args), "ESUCCESS", name);
  }

  /** Memory that no other data of the test is in, of zeros, at a multiple of 8. */
  room(size: number): number {
    const at = this.#top;
    this.#top += (size + 7) & ~7;
    if (this.#top > MEMORY_SIZE) throw new Error("The test's data has no room");
    this.memory.bytes(at, size)?.fill(0);
    return at;
  }

  /** Puts text or bytes into the memory. */
  put(content: string | Uint8Array): [address: number, length: number] {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const at = this.room(bytes.length);
    this.memory.copyOut(at, bytes);
    return [at, bytes.length];
  }

  /** Text in the memory. */
  text(at: number, length: number): string {
    return new TextDecoder().decode(this.memory.bytes(at, length)?.slice());
  }

  /** Puts a list of buffers into the memory. */
  iovecs(...buffers: (readonly [address: number, length: number])[]): [at: number, count: number] {
    const at = this.room(8 * buffers.length);
    buffers.forEach(([address, length], index) => {
      this.memory.store32(at + 8 * index, address);
      this.memory.store32(at + 8 * index + 4, length);
    });
    return [at, buffers.length];
  }

  /** Opens a path below `DIRECTORY`; the descriptor. */
  open(path: string, { rights = 2n, oflags = 0, fdflags = 0, follow = false } = {}): number {
    const result = this.room(4);
    const args = [oflags, rights, 0n, fdflags, result] as const;
    this.ok("path_open", DIRECTORY, follow ? 1 : 0, ...this.put(path), ...args);
    return this.memory.load32(result);
  }

  /** Writes text to a descriptor, whole. */
  write(fd: number, content: string): void {
    const result = this.room(4);
    const data = this.put(content);
    this.ok("fd_write", fd, ...this.iovecs(data), result);
    assertEquals(this.memory.load32(result), data[1]);
  }

  /** What one fd_read gives. */
  read(fd: number, size = 256): string {
    const result = this.room(4);
    const at = this.room(size);
    this.ok("fd_read", fd, ...this.iovecs([at, size]), result);
    return this.text(at, this.memory.load32(result));
  }

  /** `fd_fdstat_get`. */
  fdstat(fd: number): Fdstat {
    const at = this.room(24);
    this.ok("fd_fdstat_get", fd, at);
    return {
      type: this.memory.load8(at),
      flags: this.memory.load16(at + 2),
      base: this.memory.load64(at + 8),
      inheriting: this.memory.load64(at + 16),
    };
  }

  /** The `filestat` at an address. */
  filestatAt(at: number): Filestat {
    const number = (offset: number): bigint => this.memory.loadBigUint64(at + offset) ?? -1n;
    return {
      dev: number(0),
      ino: number(8),
      type: this.memory.load8(at + 16),
      nlink: number(24),
      size: number(32),
      atime: number(40),
      mtime: number(48),
      ctime: number(56),
    };
  }

  /** `fd_filestat_get`. */
  filestat(fd: number): Filestat {
    const at = this.room(64);
    this.ok("fd_filestat_get", fd, at);
    return this.filestatAt(at);
  }

  /** `path_filestat_get`. */
  pathFilestat(path: string, follow = false): Filestat {
    const at = this.room(64);
    this.ok("path_filestat_get", DIRECTORY, follow ? 1 : 0, ...this.put(path), at);
    return this.filestatAt(at);
  }

  /** Puts subscriptions into the memory, with their indices as userdata. */
  subscriptions(...list: Subscription[]): number {
    const at = this.room(48 * list.length);
    this.subscriptionsAt(at, ...list);
    return at;
  }

  /** Writes subscriptions at an address. */
  subscriptionsAt(at: number, ...list: Subscription[]): void {
    list.forEach((one, index) => {
      const place = at + 48 * index;
      this.memory.store64(place, index);
      if ("clock" in one) {
        this.memory.store8(place + 8, 0);
        this.memory.store32(place + 16, one.clock);
        this.memory.store64(place + 24, one.timeout);
        this.memory.store16(place + 40, one.flags ?? 0);
      } else {
        this.memory.store8(place + 8, "read" in one ? 1 : 2);
        this.memory.store32(place + 16, "read" in one ? one.read : one.write);
      }
    });
  }

  /** The events at an address. */
  eventsAt(at: number, count: number): Event[] {
    return Array.from({ length: count }, (_, index) => {
      const place = at + 32 * index;
      const error = this.memory.load16(place + 8);
      return {
        userdata: this.memory.loadBigUint64(place) ?? -1n,
        error: NAMES.get(error) ?? String(error),
        type: this.memory.load8(place + 10),
        bytes: this.memory.load64(place + 16),
        flags: this.memory.load16(place + 24),
      };
    });
  }

  /** `poll_oneoff`. */
  poll(...list: Subscription[]): Event[] {
    const events = this.room(32 * list.length);
    const result = this.room(4);
    this.ok("poll_oneoff", this.subscriptions(...list), events, list.length, result);
    return this.eventsAt(events, this.memory.load32(result));
  }
}

/** Registers a test for each stack, with a guest that has a folder of its own. */
export function testInFolder(
  name: string,
  body: (wasi: WasiGuest, guest: Guest) => void,
): void {
  testOnEach(name, (guest) => {
    const wasi = new WasiGuest(guest.kernel, { folder: guest.folder });
    body(wasi, guest);
  });
}
