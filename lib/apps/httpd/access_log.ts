/**
 * What was asked and answered, in the common log format: `host - - [date] "request" status bytes`.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { type PollFd, POLLOUT } from "../../linux/poll.ts";
import { print } from "../output.ts";
import type { Clock } from "./clock.ts";

const STDOUT = 1;

/**
 * Bytes that one call writes at most, PIPE_BUF of linux/limits.h: a pipe takes so many as a whole, and
 * the lines of several threads do not get into one another.
 */
const BUFFER_SIZE = 4096;

/** Milliseconds that the server waits for whoever reads the log. */
const PATIENCE = 1000;

/** Characters of a request's line that are logged, as they are escaped. */
const MAX_LINE = 2048;

function escapeCharacter(character: string): string {
  return character === '"' || character === "\\"
    ? `\\${character}`
    : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** Request lines are the client's: nothing in them may look like another part or line of the log. */
function escapeLine(line: string): string {
  const escaped = line.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, escapeCharacter);
  if (escaped.length <= MAX_LINE) return escaped;
  // Cut between two characters, not within what became of one.
  let cut = "";
  for (const part of escaped.matchAll(/\\x..|\\.|[^\\]+/g)) {
    const whole = part[0].startsWith("\\") ? part[0] : part[0].slice(0, MAX_LINE - cut.length);
    if (cut.length + whole.length > MAX_LINE) break;
    cut += whole;
  }
  return cut;
}

/** An exchange, for the log. */
export interface LogEntry {
  /** The client's address. */
  readonly peer: string;
  /** The request's first line; null where none was understood. */
  readonly line: string | null;
  /** The status code. */
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
}

/** Writes to standard output, at the latest at the end of a turn of the server. */
export class AccessLog {
  readonly #system: System;
  readonly #clock: Clock;
  readonly #encoder = new TextEncoder();
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  #length = 0;
  #second = -1;
  #date = "";
  #isOpen = true;
  /** Whether nobody has read for so long that the server no longer waits. */
  #isStalled = false;
  /** Lines that were left out since then. */
  #lost = 0;
  readonly #output: readonly [PollFd] = [{ fd: STDOUT, events: POLLOUT, revents: 0 }];

  /** Writes by `system`. */
  constructor(system: System, clock: Clock) {
    this.#system = system;
    this.#clock = clock;
  }

  /** Adds an exchange. */
  add({ peer, line, status, bytes }: LogEntry): void {
    const request = line === null ? "-" : escapeLine(line);
    const count = bytes === 0 ? "-" : String(bytes);
    const text = `${peer} - - [${this.#dateText()}] "${request}" ${status} ${count}\n`;
    // All of it is ASCII.
    if (this.#length + text.length > BUFFER_SIZE) this.flush();
    if (this.#length + text.length > BUFFER_SIZE) {
      this.#lost++;
      return;
    }
    this.#length += this.#encoder.encodeInto(text, this.#buffer.subarray(this.#length)).written;
  }

  /**
   * Writes what was added. The server waits for a reader, but not for ever: then it leaves lines out,
   * and says later how many. Nobody reading any more ends the log, not the server.
   */
  flush(): void {
    let start = 0;
    while (start < this.#length && this.#isOpen) {
      if (!this.#isWritable()) {
        this.#buffer.copyWithin(0, start, this.#length);
        this.#length -= start;
        return;
      }
      const rest = this.#buffer.subarray(start, this.#length);
      const result = this.#system.write(STDOUT, rest, rest.length);
      if (result >= 0) start += result;
      else if (result !== -Errno.EINTR && result !== -Errno.EAGAIN) {
        this.#isOpen = false;
        print("stderr", `vmsock: Cannot write the log any more: ${errnoMessage(result)}\n`);
      }
    }
    this.#length = 0;
  }

  /** Whether a write does not have to wait; where it has, a reader gets a moment. */
  #isWritable(): boolean {
    const patience = this.#isStalled ? 0 : PATIENCE;
    const ready = this.#system.poll(this.#output, patience);
    // A signal asks for the server; the lines stay for the next time.
    if (ready < 0) return false;
    if (ready === 0) {
      this.#isStalled = true;
      return false;
    }
    this.#isStalled = false;
    if (this.#lost > 0) {
      print("stderr", `vmsock: ${this.#lost} lines of the log were left out: nobody read them\n`);
      this.#lost = 0;
    }
    return true;
  }

  /** `10/Oct/2000:13:55:36 +0000`. */
  #dateText(): string {
    const { second, date } = this.#clock;
    if (second !== this.#second) {
      this.#second = second;
      // From "Tue, 10 Oct 2000 13:55:36 GMT".
      const [, day, month, year, time] = date.split(" ");
      this.#date = `${day}/${month}/${year}:${time} +0000`;
    }
    return this.#date;
  }
}
