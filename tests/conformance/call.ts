/**
 * One statement as its operation sees it: the operands, and what the scenario did before.
 *
 * @module
 */
import type { System } from "../../lib/kernel/system.ts";
import type { SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import { type AddressOperand, formatAddress, learnAddress, parseAddress } from "./addresses.ts";
import { formatResult } from "./format.ts";
import { type Descriptor, type DescriptorKind, DescriptorNames, PortNames } from "./names.ts";
import type { RawCalls } from "./raw_calls.ts";
import { ScenarioError, type Statement, type Word } from "./scenario.ts";
import { parseBuffer, parseData, parseInt32, parseNumber } from "./values.ts";

/** An operation of the scenario language: performs a statement and returns what is printed. */
export type Operation = (call: Call) => string;

/** What lasts for a whole scenario. */
export class Session {
  /** The kernel under test. */
  readonly system: System;
  /** Its calls with lengths as they are given, where it has them; null where `System` is all. */
  readonly raw: RawCalls | null;
  /** Absolute path of the working directory. */
  readonly directory: string;
  /** The names of descriptors. */
  readonly descriptors = new DescriptorNames();
  /** The names of ports. */
  readonly ports = new PortNames();
  /** First descriptor that the scenario got; null before. */
  firstDescriptor: number | null = null;
  /** Bytes that `fill` sent since the last `drain`. */
  filled = 0;
  /** Milliseconds that the previous statement took. */
  elapsed = 0;

  /**
   * Starts a scenario.
   *
   * @param system The kernel under test.
   * @param directory Absolute path of the working directory.
   * @param raw Its calls with lengths as they are given.
   */
  constructor(system: System, directory: string, raw: RawCalls | null = null) {
    this.system = system;
    this.directory = directory;
    this.raw = raw;
  }
}

/** One statement being performed. Operands count from 0; options are taken away before. */
export class Call {
  /** The scenario that it belongs to. */
  readonly session: Session;
  /** The names for what the operation makes. */
  readonly results: readonly string[];
  #words: Word[];

  /**
   * Prepares a statement.
   *
   * @param session The scenario that it belongs to.
   * @param statement The statement.
   */
  constructor(session: Session, statement: Statement) {
    this.session = session;
    this.results = statement.results;
    this.#words = [...statement.words];
  }

  /** The kernel under test. */
  get system(): System {
    return this.session.system;
  }

  /** The calls with lengths as they are given, where the kernel under test has them. */
  get raw(): RawCalls | null {
    return this.session.raw;
  }

  /** Count of operands. */
  get count(): number {
    return this.#words.length;
  }

  /**
   * Takes the option `key=value` away.
   *
   * @param key The key.
   * @returns The value; undefined if the option is not there.
   */
  option(key: string): string | undefined {
    const prefix = `${key}=`;
    const index = this.#words.findIndex((word) => !word.quoted && word.text.startsWith(prefix));
    if (index < 0) return undefined;
    const [word] = this.#words.splice(index, 1);
    return word?.text.slice(prefix.length);
  }

  /**
   * Takes the option `key=number` away.
   *
   * @param key The key.
   * @returns The number cut to an int; undefined if the option is not there.
   * @throws {ScenarioError} If the value is not a number.
   */
  intOption(key: string): number | undefined {
    const value = this.option(key);
    return value === undefined ? undefined : parseInt32(value);
  }

  /**
   * Takes a word that is an option by itself away.
   *
   * @param text The word.
   * @returns Whether it was there.
   */
  flag(text: string): boolean {
    const index = this.#words.findIndex((word) => !word.quoted && word.text === text);
    if (index >= 0) this.#words.splice(index, 1);
    return index >= 0;
  }

  /** Returns an operand. Throws {@linkcode ScenarioError} if it is missing, as all below do. */
  word(index: number): Word {
    const word = this.#words[index];
    if (word === undefined) throw new ScenarioError(`missing argument ${index + 1}`);
    return word;
  }

  /** Returns an operand as text. */
  text(index: number): string {
    return this.word(index).text;
  }

  /** Returns an operand that is an `int`; `missing` where there is none, if that is given. */
  int(index: number, missing?: number): number {
    if (missing !== undefined && index >= this.count) return missing;
    return parseInt32(this.text(index));
  }

  /** Returns an operand that is a `long`, an `off_t` or a `size_t`; `missing` as for `int`. */
  number(index: number, missing?: number): number {
    if (missing !== undefined && index >= this.count) return missing;
    return parseNumber(this.text(index));
  }

  /** Returns an operand that names a descriptor. */
  descriptor(index: number): Descriptor {
    return this.session.descriptors.resolve(this.text(index));
  }

  /** Returns the number of a descriptor that an operand names. */
  fd(index: number): number {
    return this.descriptor(index).fd;
  }

  /** Returns an operand that is data to send. */
  data(index: number): Iovec {
    return parseData(this.word(index));
  }

  /** Returns an operand that is a buffer to receive into. */
  buffer(index: number): Iovec {
    return parseBuffer(this.text(index));
  }

  /** Returns the operands from `index` on, each read by `read`. */
  rest<T>(index: number, read: (index: number) => T): T[] {
    return this.#words.slice(index).map((_, i) => read(index + i));
  }

  /** Returns an operand that is an address, before its length is applied. */
  address(index: number): AddressOperand {
    return this.parseAddress(this.text(index));
  }

  /** Reads an address that is the value of an option. */
  parseAddress(text: string): AddressOperand {
    return parseAddress(text, this.session);
  }

  /**
   * Returns an operand that is a path: a word or string, `$T/…` (absolute, inside the working
   * directory), `long:N`; null for `null` and `bad`, pointers that fault.
   */
  path(index: number): string | null {
    const { text, quoted } = this.word(index);
    if (!quoted && (text === "null" || text === "bad")) return null;
    if (!quoted && text.startsWith("long:")) {
      return "x".repeat(parseNumber(text.slice("long:".length)));
    }
    const path = text.startsWith("$T") ? this.session.directory + text.slice("$T".length) : text;
    // A C string ends at its first NUL.
    return path.split("\0", 1)[0] ?? path;
  }

  /**
   * Gives a new descriptor its name.
   *
   * @param fd The number.
   * @param kind What it is.
   * @param position Which of the statement's names it gets.
   * @returns How it is printed; `fd:_` if there is no name for it.
   */
  newDescriptor(fd: number, kind: DescriptorKind, position = 0): string {
    this.session.firstDescriptor ??= fd;
    const name = this.results[position];
    if (name === undefined) return "fd:_";
    this.session.descriptors.set(name, fd, kind);
    return `fd:${name}`;
  }

  /** As {@linkcode newDescriptor}, for the result of a call: a descriptor or a negated errno. */
  descriptorResult(result: number, kind: DescriptorKind): string {
    return result < 0 ? formatResult(result) : this.newDescriptor(result, kind);
  }

  /**
   * As {@linkcode newDescriptor}, for a call that makes two.
   *
   * @param result What the call returned.
   * @param fds The descriptors.
   * @param kind What they are.
   */
  pairResult(result: number, fds: Int32Array, kind: DescriptorKind): string {
    if (result < 0) return formatResult(result);
    return ["0", ...Array.from(fds, (fd, i) => this.newDescriptor(fd, kind, i))].join(" ");
  }

  /** Asks silently for a socket's local address, to know its port by name. */
  learn(descriptor: Descriptor): void {
    learnAddress(descriptor, this.system, this.session.ports);
  }

  /** Returns how an address is printed that a call on `descriptor` filled in. */
  formatAddress(address: SockaddrStorage, descriptor: Descriptor): string {
    return formatAddress(address, descriptor.type, this.session.ports);
  }
}
