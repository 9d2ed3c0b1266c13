/**
 * The memory that the threads of a guest process share.
 *
 * One shared WebAssembly.Memory, mostly of pages that nobody ever touches. Its parts:
 *
 * ```
 * header     state, limits, counts, one line of 64 bytes for each lock
 * slots      a word for each number: what it refers to
 * records    a line for each open file description: its count and what opens it on another thread
 * threads    a block for each thread: its number on the host, what it is using
 * epoll      registrations and their chains
 * files      the current folder, files with record locks
 * names      which names addresses came from
 * ```
 *
 * Who may change what, and in which order, is said where it is done: `shared_table.ts` has the
 * descriptors, the others what their names say.
 *
 * @module
 */
import type { PolicyOptions } from "../policy/policy.ts";
import type { SocketLimits } from "../socket_limits.ts";

/** Words of a cache line: what different threads change is kept on different lines. */
const LINE = 16;

/** Threads that a process can have at once. */
export const MAX_THREADS = 256;

/** Descriptions that are in use and have no number any more, beside those that have one. */
const EXTRA_RECORDS = 256;

/** Bytes of a path with its NUL, linux/limits.h. */
export const PATH_MAX = 4096;

/** Words of the header. */
export const Header = {
  /** Whether the process runs; one of {@linkcode ProcessState}. */
  state: 0,
  /** What the process exited with. */
  status: 1,
  /** The soft limit of numbers, RLIMIT_NOFILE. */
  limit: 2,
  /** The hard limit. */
  maximum: 3,
  /** No number below this one is free. */
  lowest: 4,
  /** One more than the highest number ever in use. */
  size: 5,
  /** One more than the first free record. */
  freeRecord: 6,
  /** Permission bits that new files do not get. */
  umask: 7,
  /** Sockets that have a slot, where they are limited. */
  sockets: 8,
  /** How many names were learned, ever. */
  names: 9,
  /** Which half of the memory for the current folder counts, plus one; 0 for the host's folder. */
  directory: 10,
  /** How many files may have record locks; beyond the room for them, all have. */
  lockedFiles: 11,
  /** One more than the first free registration with epoll. */
  freeRegistration: 12,
  /** The locks, each on a line of its own. */
  threads: 1 * LINE,
  receive: 2 * LINE,
  files: 3 * LINE,
  epoll: 4 * LINE,
  table: 5 * LINE,
  learned: 6 * LINE,
} as const;

const HEADER_WORDS = 7 * LINE;

/** Values of `Header.state`. */
export const ProcessState = { running: 0, ending: 1, ended: 2 } as const;

/** Words of a record. */
export const Record = {
  /** How many numbers and calls refer to it; 0 for a record that is free or about to be. */
  count: 0,
  /** Changes whenever the record comes to stand for another description. */
  incarnation: 1,
  /** The host's descriptor, or the number of a standard descriptor that is none of the host's. */
  descriptor: 2,
  /** One of `FileKind`. */
  kind: 3,
  domain: 4,
  type: 5,
  protocol: 6,
  /** Of {@linkcode RecordFlag}. */
  flags: 7,
  /** One more than the next free record. */
  next: 8,
  /** Words of a record. */
  words: LINE,
} as const;

/** Bits of a record's flags. */
export const RecordFlag = {
  /** It stands for a description. */
  used: 1,
  /** Closing it leaves the host's descriptor open. */
  borrowed: 2,
  /** It has one of the places for sockets. */
  slot: 4,
  /** The guest has given it an address. */
  bound: 8,
  /** A standard descriptor that an embedder has replaced, on each thread by functions of its own. */
  replaced: 16,
} as const;

/** Words of a thread's block. */
export const Thread = {
  /** The host's number of the thread; 0 for a block that is free. */
  id: 0,
  /** Whether the thread is inside of a call that uses descriptions or waits. */
  busy: 1,
  /** One more than a number that the thread has reserved, twice. */
  reserved: 2,
  /** Whether the thread is about to leave the process. */
  leaving: 4,
  /** One more than each record that the thread is using. */
  pins: 8,
  /** How many records fit; more are the thread's own secret. */
  pinCount: 55,
  /** Where a record is named that does not fit. */
  lastPin: 63,
  /** Words of a block. */
  words: 4 * LINE,
} as const;

/** Words of a registration with epoll; links are one more than an index. */
export const Registration = {
  epoll: 0,
  target: 1,
  number: 2,
  /** One more than the host's descriptor that is registered; 0 for a registration that is free. */
  duplicate: 3,
  nextOfTarget: 4,
  previousOfTarget: 5,
  nextOfEpoll: 6,
  previousOfEpoll: 7,
  words: 8,
} as const;

/** Heads of the chains of registrations: that many by target, and as many by instance. */
export const REGISTRATION_CHAINS = 1024;

/** Files with record locks that are told apart. */
export const LOCKED_FILES = 64;

/** Names that are kept for threads that have not heard of them. */
export const LEARNED_NAMES = 2048;

/** Bytes of a learned name: family, length, address, and the name. */
export const LEARNED_NAME_SIZE = 276;

/** A process that threads share, as it is posted to them. Only `Kernel.attach` looks inside. */
export interface SharedProcess {
  /** The process's own memory. */
  readonly memory: WebAssembly.Memory;
  /** The generation of permissions that its threads go by. */
  readonly generation: SharedArrayBuffer;
  /** Numbers that there is room for: the hard limit of descriptors. */
  readonly numbers: number;
  /** The embedder's rules. */
  readonly rules: PolicyOptions;
  /** Limits on sockets. */
  readonly limits: SocketLimits | null;
  /** Whether the order of locks is checked. */
  readonly checkLocks: boolean;
}

/** What {@linkcode ProcessMemory} lays out. */
interface Layout {
  readonly slots: number;
  readonly records: number;
  readonly threads: number;
  readonly registrations: number;
  readonly chains: number;
  readonly files: number;
  readonly names: number;
  /** Bytes of all of it. */
  readonly size: number;
  readonly recordCount: number;
  readonly registrationCount: number;
}

/** Bytes for the files: two folders with length, device and inode; the locked files. */
const DIRECTORY_SIZE = 24 + PATH_MAX;
const FILES_SIZE = 2 * DIRECTORY_SIZE + LOCKED_FILES * 16;

function layOut(numbers: number): Layout {
  const recordCount = numbers + EXTRA_RECORDS;
  const registrationCount = 2 * numbers;
  const slots = 4 * HEADER_WORDS;
  const records = align(slots + 4 * numbers);
  const threads = align(records + 4 * Record.words * recordCount);
  const registrations = align(threads + 4 * Thread.words * MAX_THREADS);
  const chains = align(registrations + 4 * Registration.words * registrationCount);
  const files = align(chains + 4 * 2 * REGISTRATION_CHAINS);
  const names = align(files + FILES_SIZE);
  const size = align(names + LEARNED_NAMES * LEARNED_NAME_SIZE);
  return {
    slots,
    records,
    threads,
    registrations,
    chains,
    files,
    names,
    size,
    recordCount,
    registrationCount,
  };
}

/** Bytes of a page of WebAssembly's. */
const PAGE_SIZE = 65536;

function pagesOf({ size }: Layout): number {
  return Math.ceil(size / PAGE_SIZE);
}

function align(offset: number): number {
  return Math.ceil(offset / (4 * LINE)) * 4 * LINE;
}

/** Views over the memory of a process. */
export class ProcessMemory {
  /** The memory itself. */
  readonly memory: WebAssembly.Memory;
  /** Everything as words, for {@linkcode Header}. */
  readonly header: Int32Array<SharedArrayBuffer>;
  /** A word for each number. */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** The records, {@linkcode Record}'s words each. */
  readonly records: Int32Array<SharedArrayBuffer>;
  /** How many records there are. */
  readonly recordCount: number;
  /** The blocks of the threads, {@linkcode Thread}'s words each. */
  readonly threads: Int32Array<SharedArrayBuffer>;
  /** The registrations, {@linkcode Registration}'s words each. */
  readonly registrations: Int32Array<SharedArrayBuffer>;
  /** How many registrations there is room for. */
  readonly registrationCount: number;
  /** Heads of the chains of registrations. */
  readonly chains: Int32Array<SharedArrayBuffer>;
  /** The current folder, in two halves: which counts, the header says. */
  readonly directories: readonly [DataView<SharedArrayBuffer>, DataView<SharedArrayBuffer>];
  /** Device and inode of files that may have record locks, 16 bytes each. */
  readonly lockedFiles: BigUint64Array<SharedArrayBuffer>;
  /** The names that were learned, {@linkcode LEARNED_NAME_SIZE} bytes each. */
  readonly names: Uint8Array<SharedArrayBuffer>;

  /** Looks at memory that {@linkcode ProcessMemory.allocate} made. */
  constructor(memory: WebAssembly.Memory, numbers: number) {
    const layout = layOut(numbers);
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    if (buffer.byteLength !== PAGE_SIZE * pagesOf(layout)) {
      throw new TypeError(
        `Cannot join a process: its memory has ${buffer.byteLength} bytes, and ${numbers} numbers`,
      );
    }
    this.memory = memory;
    const { recordCount, registrationCount } = layout;
    const words = (offset: number, count: number) => new Int32Array(buffer, offset, count);
    this.header = words(0, HEADER_WORDS);
    this.slots = words(layout.slots, numbers);
    this.records = words(layout.records, Record.words * recordCount);
    this.recordCount = recordCount;
    this.threads = words(layout.threads, Thread.words * MAX_THREADS);
    this.registrations = words(layout.registrations, Registration.words * registrationCount);
    this.registrationCount = registrationCount;
    this.chains = words(layout.chains, 2 * REGISTRATION_CHAINS);
    this.directories = [
      new DataView(buffer, layout.files, DIRECTORY_SIZE),
      new DataView(buffer, layout.files + DIRECTORY_SIZE, DIRECTORY_SIZE),
    ];
    const locked = layout.files + 2 * DIRECTORY_SIZE;
    this.lockedFiles = new BigUint64Array(buffer, locked, 2 * LOCKED_FILES);
    this.names = new Uint8Array(buffer, layout.names, LEARNED_NAMES * LEARNED_NAME_SIZE);
  }

  /** Memory for a process with room for that many numbers; all of it is zero. */
  static allocate(numbers: number): WebAssembly.Memory {
    const pages = pagesOf(layOut(numbers));
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  }
}
