/**
 * The descriptors of a process that several threads share.
 *
 * # What there is
 *
 * A **slot** is the word of a number: 0 if it is free; negative if a call has reserved it and not yet
 * filled it in; else the record that the number refers to, and FD_CLOEXEC. A **record** stands for an
 * open file description: the host's descriptor, what it is, and a **count** of those that refer to it,
 * which are slots and calls that are under way. Guest numbers are not the host's, so that a number can
 * be free again while the host's descriptor is still in use.
 *
 * # A call
 *
 * As fget and fput of Linux; all but step 4 is in `references.wat`:
 *
 * 1. read the slot; free or reserved is EBADF;
 * 2. raise the record's count, unless it is 0 (one compare and exchange);
 * 3. read the slot again; if it names another record by now, take the count back and begin anew;
 * 4. make the call on the host's descriptor;
 * 5. lower the count; whoever takes it to 0 closes the host's descriptor and frees the record.
 *
 * So a blocked `recv` keeps its socket while another thread closes the number, the number is free for
 * the next `socket` at once, and no call ever uses a descriptor of the host that has come to mean
 * something else.
 *
 * # Why it holds
 *
 * - *A count above 0 keeps the record.* Only who takes it from 1 to 0 ends the description, and step 2
 *   never raises a count from 0. So at most one thread ends it, after all others are done, and a
 *   record is made to stand for something else only after that.
 * - *After step 3 the record is the one that the number means.* A slot that names a record holds one
 *   reference, so a record that slots name is never free. If the slot names it in step 3, when our own
 *   reference already keeps it from being anything else, then the number meant this description at
 *   that moment. It does not matter whether it was freed and reused between steps 1 and 2.
 * - *What the record says is what was written for this description.* It is written before the count
 *   becomes 1, by an atomic store; step 2 reads the count atomically. The object that this thread has
 *   for the record is checked against the record's incarnation.
 * - *Who closes:* `remove` and `replace` take the slot's reference over before anybody else can, under
 *   the lock, and drop it outside of it, since closing may wait (SO_LINGER).
 * - *A new description* gets a record when its number is reserved, before the call that makes it: what
 *   accept(2) took off a queue has a place to go. Reserved numbers are EBADF to all other calls and
 *   EBUSY to dup2, as on Linux.
 * - *The lowest free number* is found under the lock, so that there is a moment at which it was that.
 * - *The end of the process* empties all slots under the lock, after the state says that it ends. Who
 *   fills a slot does so under the lock as well and looks at the state, so that nothing is left behind.
 *
 * # Busy
 *
 * A thread says that it is busy before step 2 and that it is not after step 5; likewise when it takes a
 * number away, since what closing does comes after that. Whoever ends the process waits for the others
 * by this word, and interrupts them as long as it is set. That is enough: who empties a slot then lowers
 * the count of its record. A thread whose step 2 comes after that finds the slot empty in step 3; one
 * whose step 2 comes before has made the word visible by it.
 *
 * # What a thread leaves behind
 *
 * Its block names the records that it uses and the numbers that it has reserved, so that a thread whose
 * worker is terminated leaves nothing that others cannot find. A record is named after its count is
 * raised, and no longer named before the count is lowered; numbers likewise. A thread that ends just
 * there leaks a reference until the process ends, and none is ever taken back twice. The same goes for
 * closing: a record says that it is about to be closed before it is.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { FileKind, OpenFile } from "../../stack/open_file.ts";
import type { HostFile } from "../../stack/thread_stack.ts";
import type { DescriptorTable } from "../descriptor_table.ts";
import type { Lock, LockOrder } from "./lock.ts";
import {
  Header,
  type ProcessMemory,
  ProcessState,
  Record,
  RecordFlag,
  Thread,
} from "./process_memory.ts";
import { makeReferences, type References } from "./references.ts";
import type { ThreadBlock } from "./thread_block.ts";

/** How open files and records become one another, on this thread. */
export interface RecordFiles {
  /** What another thread needs to know of a file; never null for files that reach the table. */
  describe(file: OpenFile): HostFile;
  /** This thread's object for a description; `replaced` for stdio that is none of the host's. */
  open(file: HostFile, replaced: boolean): OpenFile;
  /** Whether a file is stdio that an embedder has replaced by functions. */
  isReplaced(file: OpenFile): boolean;
  /** Ends a description: closes it, and returns what that returned. */
  end(file: OpenFile): number;
}

/** What a {@linkcode SharedTable} works with. */
export interface SharedTableOptions {
  /** The process's memory. */
  readonly memory: ProcessMemory;
  /** This thread's block. */
  readonly block: ThreadBlock;
  /** The lock `table`. */
  readonly lock: Lock;
  /** Checks that nobody waits with a lock; null where that is not checked. */
  readonly order: LockOrder | null;
  /** Files of this thread. */
  readonly files: RecordFiles;
}

/** The word of a slot that refers to a record. */
function slotOf(record: number, closeOnExec: boolean): number {
  return ((record + 1) << 1) | (closeOnExec ? 1 : 0);
}

/** The record of a slot's word that is positive. */
function recordOf(word: number): number {
  return (word >> 1) - 1;
}

/** The table, as one of the threads sees it. */
export class SharedTable implements DescriptorTable {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #records: Int32Array<SharedArrayBuffer>;
  readonly #recordCount: number;
  /** The blocks of all threads, and where this thread's own parts are. */
  #threads: Int32Array<SharedArrayBuffer>;
  #busy: number;
  /** Takes and gives back references, and where they are named: addresses. */
  #references: References;
  readonly #firstPin: number;
  readonly #lastPin: number;
  readonly #firstReserved: number;
  readonly #lock: Lock;
  readonly #order: LockOrder | null;
  readonly #factory: RecordFiles;
  /** This thread's objects, by record. */
  readonly #files: (OpenFile | undefined)[] = [];
  /** How many records this call uses. */
  #pins = 0;
  /** Those of them that have no room in the block. */
  readonly #morePins: number[] = [];
  /** Whether this thread has left the process. */
  #left = false;

  /** The table of a process, for one of its threads. */
  constructor({ memory, block, lock, order, files }: SharedTableOptions) {
    this.#header = memory.header;
    this.#slots = memory.slots;
    this.#records = memory.records;
    this.#recordCount = memory.recordCount;
    this.#threads = block.words;
    this.#busy = block.base + Thread.busy;
    const address = (word: number): number => block.words.byteOffset + 4 * (block.base + word);
    this.#references = makeReferences(memory, address(Thread.busy));
    this.#firstPin = address(Thread.pins);
    this.#lastPin = address(Thread.lastPin);
    this.#firstReserved = block.base + Thread.reserved;
    this.#lock = lock;
    this.#order = order;
    this.#factory = files;
  }

  /** Makes the free records of memory that nobody uses yet one chain. */
  static format({ header, records, recordCount }: ProcessMemory): void {
    for (let record = 0; record < recordCount; record++) {
      const next = record + 1 < recordCount ? record + 2 : 0;
      records[record * Record.words + Record.next] = next;
    }
    header[Header.freeRecord] = 1;
  }

  get limit(): number {
    return Atomics.load(this.#header, Header.limit);
  }

  set limit(limit: number) {
    Atomics.store(this.#header, Header.limit, limit);
  }

  get size(): number {
    return Atomics.load(this.#header, Header.size);
  }

  get(fd: number): OpenFile | undefined {
    const number = fd | 0;
    if (number !== fd) return undefined;
    if (this.#order !== null) this.#order.assertNone();
    const pins = this.#pins;
    const pin = pins < Thread.pinCount ? this.#firstPin + 4 * pins : this.#lastPin;
    let found = this.#references.acquire(number, pin);
    while (found < 0) {
      this.#end(-found - 1);
      found = this.#references.acquire(number, pin);
    }
    if (found === 0) return undefined;
    this.#pins = pins + 1;
    if (pins >= Thread.pinCount) this.#morePins.push(found - 1);
    return this.#fileOf(found - 1);
  }

  isAllowed(fd: number): boolean {
    return Number.isInteger(fd) && fd >= 0 && fd < Math.min(this.limit, this.#slots.length);
  }

  reserve(minimum = 0): number {
    if (this.#left) return -Errno.EMFILE;
    this.#lock.acquire();
    const fd = this.#reserve(minimum);
    this.#lock.release();
    return fd;
  }

  giveBack(fd: number): void {
    this.#lock.acquire();
    this.#giveBack(fd);
    this.#lock.release();
  }

  set(fd: number, file: OpenFile, closeOnExec: boolean): void {
    const isKnown = this.#isCurrent(file);
    this.#lock.acquire();
    const reserved = -Atomics.load(this.#slots, fd) - 1;
    if (isKnown) {
      // A duplicate: the reference that this call holds keeps the record.
      this.#freeRecord(reserved);
      Atomics.add(this.#records, file.record * Record.words, 1);
    } else {
      this.#fill(reserved, file);
    }
    const isEnding = Atomics.load(this.#header, Header.state) !== ProcessState.running;
    this.#forgetReserved(fd);
    if (isEnding) this.#vacate(fd);
    else Atomics.store(this.#slots, fd, slotOf(file.record, closeOnExec));
    this.#lock.release();
    if (isEnding) this.drop(file);
  }

  replace(fd: number, file: OpenFile, closeOnExec: boolean): OpenFile | null | number {
    this.#lock.acquire();
    const word = Atomics.load(this.#slots, fd);
    const isEnding = Atomics.load(this.#header, Header.state) !== ProcessState.running;
    if (word < 0 || isEnding) {
      this.#lock.release();
      return isEnding ? -Errno.EBADF : -Errno.EBUSY;
    }
    Atomics.add(this.#records, file.record * Record.words, 1);
    Atomics.store(this.#slots, fd, slotOf(file.record, closeOnExec));
    this.#grow(fd);
    this.#lock.release();
    return word === 0 ? null : this.#fileOf(recordOf(word));
  }

  remove(fd: number): OpenFile | undefined {
    const slot = fd | 0;
    if (slot !== fd || slot < 0 || slot >= this.#slots.length || this.#left) return undefined;
    // Who ends the process waits for what is done with the file.
    this.#threads[this.#busy] = 1;
    this.#lock.acquire();
    const word = Atomics.load(this.#slots, slot);
    if (word > 0) this.#vacate(slot);
    this.#lock.release();
    return word > 0 ? this.#fileOf(recordOf(word)) : undefined;
  }

  drop(file: OpenFile): number {
    return this.#unref(file.record);
  }

  isCloseOnExec(fd: number): boolean {
    const word = Atomics.load(this.#slots, fd);
    return word > 0 && (word & 1) !== 0;
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    this.#lock.acquire();
    const word = Atomics.load(this.#slots, fd);
    if (word > 0) Atomics.store(this.#slots, fd, slotOf(recordOf(word), closeOnExec));
    this.#lock.release();
  }

  /** Ends a call: what it used may be closed by others, and what they have closed is closed here. */
  finish(): void {
    while (this.#pins > 0) {
      const pin = --this.#pins;
      if (pin >= Thread.pinCount) {
        this.#unref(this.#morePins.pop() as number);
        continue;
      }
      const ended = this.#references.release(this.#firstPin + 4 * pin);
      if (ended !== 0) this.#end(ended - 1);
    }
    if (this.#order !== null) this.#order.assertNone();
    this.#threads[this.#busy] = 0;
  }

  /** Whether the guest has given a socket an address. */
  isBound(file: OpenFile): boolean {
    return (this.#flags(file.record) & RecordFlag.bound) !== 0;
  }

  /** Remembers that the guest has given a socket an address. */
  setBound(file: OpenFile): void {
    Atomics.or(this.#records, file.record * Record.words + Record.flags, RecordFlag.bound);
  }

  /** Leaves the process: this thread finds nothing any more, and its block is somebody else's. */
  leave(): void {
    this.#left = true;
    this.#references = { acquire: () => 0, release: () => 0 };
    this.#threads = new Int32Array(new SharedArrayBuffer(4));
    this.#busy = 0;
  }

  /** Frees what a thread of the process has left that has ended. Its block is the caller's to free. */
  reclaim(thread: number): void {
    const base = thread * Thread.words;
    for (let pin = 0; pin < Thread.pinCount; pin++) {
      const record = Atomics.exchange(this.#threads, base + Thread.pins + pin, 0) - 1;
      if (record >= 0) this.#unref(record);
    }
    for (let index = 0; index < 2; index++) {
      const fd = Atomics.exchange(this.#threads, base + Thread.reserved + index, 0) - 1;
      if (fd >= 0) this.giveBack(fd);
    }
  }

  /** Empties all slots of a process that ends. */
  clear(): void {
    for (let fd = 0; fd < this.size; fd++) {
      const file = this.remove(fd);
      if (file !== undefined) this.drop(file);
    }
  }

  /** Ends the descriptions that are left when no other thread can use them any more. */
  endAll(): void {
    for (let record = 0; record < this.#recordCount; record++) {
      if ((this.#flags(record) & RecordFlag.used) === 0) continue;
      Atomics.store(this.#records, record * Record.words, 0);
      this.#end(record);
    }
  }

  /** Puts the table in order after a thread that ended while it had the lock. */
  repair(): void {
    Atomics.store(this.#header, Header.lowest, 0);
  }

  /** Gives a reference up; the last one ends the description. Returns what that returned. */
  #unref(record: number): number {
    if (Atomics.sub(this.#records, record * Record.words, 1) !== 1) return 0;
    return this.#end(record);
  }

  #end(record: number): number {
    if (this.#order !== null) this.#order.assertNone();
    const file = this.#fileOf(record);
    // From here on nobody else ends it, also if this thread does not come to the end of this. Who ends
    // the process ends descriptions whatever refers to them.
    const at = record * Record.words + Record.flags;
    if ((Atomics.and(this.#records, at, ~RecordFlag.used) & RecordFlag.used) === 0) return 0;
    const result = this.#factory.end(file);
    this.#files[record] = undefined;
    this.#lock.acquire();
    this.#freeRecord(record);
    this.#lock.release();
    return result;
  }

  /** This thread's object for a record to which a reference is held. */
  #fileOf(record: number): OpenFile {
    if (record < this.#files.length) {
      const file = this.#files[record];
      const incarnation = this.#records[record * Record.words + Record.incarnation];
      if (file !== undefined && file.incarnation === incarnation) return file;
    }
    return this.#open(record);
  }

  #open(record: number): OpenFile {
    const base = record * Record.words;
    const word = (index: number): number => this.#records[base + index] as number;
    const flags = word(Record.flags);
    const file = this.#factory.open({
      descriptor: word(Record.descriptor),
      kind: word(Record.kind) as FileKind,
      domain: word(Record.domain),
      type: word(Record.type),
      protocol: word(Record.protocol),
      borrowed: (flags & RecordFlag.borrowed) !== 0,
    }, (flags & RecordFlag.replaced) !== 0);
    file.hasSlot = (flags & RecordFlag.slot) !== 0;
    this.#keep(file, record);
    return file;
  }

  #keep(file: OpenFile, record: number): void {
    // Holes would turn the array into a dictionary.
    while (this.#files.length <= record) this.#files.push(undefined);
    file.record = record;
    file.incarnation = this.#records[record * Record.words + Record.incarnation] as number;
    this.#files[record] = file;
  }

  /** Whether a file is this thread's object for a record, and not a new description. */
  #isCurrent(file: OpenFile): boolean {
    return file.record >= 0 && this.#files[file.record] === file;
  }

  #flags(record: number): number {
    return Atomics.load(this.#records, record * Record.words + Record.flags);
  }

  /** Writes a new description, with one reference; the lock is held. */
  #fill(record: number, file: OpenFile): void {
    const { descriptor, kind, domain, type, protocol, borrowed } = this.#factory.describe(file);
    const records = this.#records;
    const base = record * Record.words;
    records[base + Record.descriptor] = descriptor;
    records[base + Record.kind] = kind;
    records[base + Record.domain] = domain;
    records[base + Record.type] = type;
    records[base + Record.protocol] = protocol;
    Atomics.store(
      records,
      base + Record.flags,
      RecordFlag.used | (borrowed ? RecordFlag.borrowed : 0) |
        (file.hasSlot ? RecordFlag.slot : 0) |
        (this.#factory.isReplaced(file) ? RecordFlag.replaced : 0),
    );
    this.#keep(file, record);
    Atomics.store(records, base + Record.count, 1);
  }

  /** Takes the lowest free number from `minimum` on, and a record for it; the lock is held. */
  #reserve(minimum: number): number {
    if (Atomics.load(this.#header, Header.state) !== ProcessState.running) return -Errno.EMFILE;
    const slots = this.#slots;
    const lowest = Atomics.load(this.#header, Header.lowest);
    let fd = Math.max(minimum, lowest);
    while (fd < slots.length && Atomics.load(slots, fd) !== 0) fd++;
    if (minimum <= lowest) Atomics.store(this.#header, Header.lowest, fd);
    if (fd >= this.limit || fd >= slots.length) return -Errno.EMFILE;
    const record = Atomics.load(this.#header, Header.freeRecord) - 1;
    if (record < 0) return -Errno.ENFILE;
    const next = Atomics.load(this.#records, record * Record.words + Record.next);
    Atomics.store(this.#header, Header.freeRecord, next);
    Atomics.store(slots, fd, -record - 1);
    this.#grow(fd);
    const isFirst = this.#threads[this.#firstReserved] === 0;
    this.#threads[this.#firstReserved + (isFirst ? 0 : 1)] = fd + 1;
    return fd;
  }

  /** Frees a reserved number and its record; the lock is held. */
  #giveBack(fd: number): void {
    this.#forgetReserved(fd);
    const word = Atomics.load(this.#slots, fd);
    if (word >= 0) return;
    this.#vacate(fd);
    this.#freeRecord(-word - 1);
  }

  /** Before the number is anybody else's: what is forgotten later would be taken back from them. */
  #forgetReserved(fd: number): void {
    for (let index = 0; index < 2; index++) {
      const at = this.#firstReserved + index;
      if (this.#threads[at] === fd + 1) this.#threads[at] = 0;
    }
  }

  /** Frees a number; the lock is held. */
  #vacate(fd: number): void {
    Atomics.store(this.#slots, fd, 0);
    if (fd < Atomics.load(this.#header, Header.lowest)) {
      Atomics.store(this.#header, Header.lowest, fd);
    }
  }

  /** Makes a record free that nothing refers to; the lock is held. */
  #freeRecord(record: number): void {
    const base = record * Record.words;
    Atomics.store(this.#records, base + Record.flags, 0);
    Atomics.add(this.#records, base + Record.incarnation, 1);
    Atomics.store(
      this.#records,
      base + Record.next,
      Atomics.load(this.#header, Header.freeRecord),
    );
    Atomics.store(this.#header, Header.freeRecord, record + 1);
  }

  #grow(fd: number): void {
    if (fd >= Atomics.load(this.#header, Header.size)) {
      Atomics.store(this.#header, Header.size, fd + 1);
    }
  }
}
