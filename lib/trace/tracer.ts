/**
 * System calls that are written down as they are made, as strace does.
 *
 * @module
 */
import type { System } from "../kernel/system.ts";
import { Errno } from "../linux/errno.ts";
import { formatResult } from "./format_result.ts";
import { BLOCKING, CALL_NAMES, FORMATS, type Method, RESULTS } from "./formats.ts";
import { type Line, Lines, type TraceOptions } from "./lines.ts";
import type { Call, Verb } from "./verb.ts";

/** What an argument or a result becomes that cannot be formatted. */
const UNPRINTABLE = "?";

const DEFAULT_STRING_LIMIT = 32;

/** A call between its beginning and its end. */
interface PendingCall extends Call {
  readonly line: Line;
  /** The arguments that are printed after the call. */
  readonly rest: readonly (string | (() => string))[];
}

/** Runs what only traces need, so that nothing of it can break the guest's call. */
function attempt<T>(action: () => T, fallback: T): T {
  try {
    return action();
  } catch {
    return fallback;
  }
}

/** Makes every call of a `System` and writes it down. */
export class TracedSystem implements System {
  readonly #system: System;
  readonly #lines: Lines;
  readonly #stringLimit: number;
  #denial: string | null = null;

  /** Decorates `system`; see `trace`. */
  constructor(system: System, write: (text: string) => void, options: TraceOptions = {}) {
    this.#system = system;
    this.#lines = new Lines(write, options);
    this.#stringLimit = options.stringLimit ?? DEFAULT_STRING_LIMIT;
  }

  /** See `System.kind`; not printed, since it is no call of the guest's. */
  kind(fd: number): number {
    return this.#system.kind(fd);
  }

  /** See `System.rejected`. */
  rejected(name: string, args: readonly string[], errno: number): number {
    if (!this.#lines.isWriting) {
      attempt(() => this.#lines.whole(name, args.join(", "), formatResult(errno)), undefined);
    }
    return this.#system.rejected(name, args, errno);
  }

  /** See `System.takeDenial`. The trace has taken it from the system below, and hands it on. */
  takeDenial(): string | null {
    const denial = this.#denial;
    this.#denial = null;
    return denial;
  }

  /** See `System.socket`. */
  socket(...args: Parameters<System["socket"]>): number {
    return this.#call("socket", args);
  }

  /** See `System.socketpair`. */
  socketpair(...args: Parameters<System["socketpair"]>): number {
    return this.#call("socketpair", args);
  }

  /** See `System.bind`. */
  bind(...args: Parameters<System["bind"]>): number {
    return this.#call("bind", args);
  }

  /** See `System.listen`. */
  listen(...args: Parameters<System["listen"]>): number {
    return this.#call("listen", args);
  }

  /** See `System.accept`. */
  accept(...args: Parameters<System["accept"]>): number {
    return this.#call("accept", args);
  }

  /** See `System.accept4`. */
  accept4(...args: Parameters<System["accept4"]>): number {
    return this.#call("accept4", args);
  }

  /** See `System.connect`. */
  connect(...args: Parameters<System["connect"]>): number {
    return this.#call("connect", args);
  }

  /** See `System.send`. */
  send(...args: Parameters<System["send"]>): number {
    return this.#call("send", args);
  }

  /** See `System.recv`. */
  recv(...args: Parameters<System["recv"]>): number {
    return this.#call("recv", args);
  }

  /** See `System.sendto`. */
  sendto(...args: Parameters<System["sendto"]>): number {
    return this.#call("sendto", args);
  }

  /** See `System.recvfrom`. */
  recvfrom(...args: Parameters<System["recvfrom"]>): number {
    return this.#call("recvfrom", args);
  }

  /** See `System.sendmsg`. */
  sendmsg(...args: Parameters<System["sendmsg"]>): number {
    return this.#call("sendmsg", args);
  }

  /** See `System.recvmsg`. */
  recvmsg(...args: Parameters<System["recvmsg"]>): number {
    return this.#call("recvmsg", args);
  }

  /** See `System.shutdown`. */
  shutdown(...args: Parameters<System["shutdown"]>): number {
    return this.#call("shutdown", args);
  }

  /** See `System.getsockname`. */
  getsockname(...args: Parameters<System["getsockname"]>): number {
    return this.#call("getsockname", args);
  }

  /** See `System.getpeername`. */
  getpeername(...args: Parameters<System["getpeername"]>): number {
    return this.#call("getpeername", args);
  }

  /** See `System.getsockopt`. */
  getsockopt(...args: Parameters<System["getsockopt"]>): number {
    return this.#call("getsockopt", args);
  }

  /** See `System.setsockopt`. */
  setsockopt(...args: Parameters<System["setsockopt"]>): number {
    return this.#call("setsockopt", args);
  }

  /** See `System.read`. */
  read(...args: Parameters<System["read"]>): number {
    return this.#call("read", args);
  }

  /** See `System.write`. */
  write(...args: Parameters<System["write"]>): number {
    return this.#call("write", args);
  }

  /** See `System.readv`. */
  readv(...args: Parameters<System["readv"]>): number {
    return this.#call("readv", args);
  }

  /** See `System.writev`. */
  writev(...args: Parameters<System["writev"]>): number {
    return this.#call("writev", args);
  }

  /** See `System.pread`. */
  pread(...args: Parameters<System["pread"]>): number {
    return this.#call("pread", args);
  }

  /** See `System.pwrite`. */
  pwrite(...args: Parameters<System["pwrite"]>): number {
    return this.#call("pwrite", args);
  }

  /** See `System.sendfile`. */
  sendfile(...args: Parameters<System["sendfile"]>): number {
    return this.#call("sendfile", args);
  }

  /** See `System.close`. */
  close(...args: Parameters<System["close"]>): number {
    return this.#call("close", args);
  }

  /** See `System.closeRange`. */
  closeRange(...args: Parameters<System["closeRange"]>): number {
    return this.#call("closeRange", args);
  }

  /** See `System.dup`. */
  dup(...args: Parameters<System["dup"]>): number {
    return this.#call("dup", args);
  }

  /** See `System.dup2`. */
  dup2(...args: Parameters<System["dup2"]>): number {
    return this.#call("dup2", args);
  }

  /** See `System.dup3`. */
  dup3(...args: Parameters<System["dup3"]>): number {
    return this.#call("dup3", args);
  }

  /** See `System.pipe2`. */
  pipe2(...args: Parameters<System["pipe2"]>): number {
    return this.#call("pipe2", args);
  }

  /** See `System.fcntl`. */
  fcntl(...args: Parameters<System["fcntl"]>): number {
    return this.#call("fcntl", args);
  }

  /** See `System.fcntlLock`. */
  fcntlLock(...args: Parameters<System["fcntlLock"]>): number {
    return this.#call("fcntlLock", args);
  }

  /** See `System.ioctl`. */
  ioctl(...args: Parameters<System["ioctl"]>): number {
    return this.#call("ioctl", args);
  }

  /** See `System.poll`. */
  poll(...args: Parameters<System["poll"]>): number {
    return this.#call("poll", args);
  }

  /** See `System.select`. */
  select(...args: Parameters<System["select"]>): number {
    return this.#call("select", args);
  }

  /** See `System.epollCreate1`. */
  epollCreate1(...args: Parameters<System["epollCreate1"]>): number {
    return this.#call("epollCreate1", args);
  }

  /** See `System.epollCtl`. */
  epollCtl(...args: Parameters<System["epollCtl"]>): number {
    return this.#call("epollCtl", args);
  }

  /** See `System.epollPwait`. */
  epollPwait(...args: Parameters<System["epollPwait"]>): number {
    return this.#call("epollPwait", args);
  }

  /** See `System.eventfd2`. */
  eventfd2(...args: Parameters<System["eventfd2"]>): number {
    return this.#call("eventfd2", args);
  }

  /** See `System.openat`. */
  openat(...args: Parameters<System["openat"]>): number {
    return this.#call("openat", args);
  }

  /** See `System.lseek`. */
  lseek(...args: Parameters<System["lseek"]>): number {
    return this.#call("lseek", args);
  }

  /** See `System.fstat`. */
  fstat(...args: Parameters<System["fstat"]>): number {
    return this.#call("fstat", args);
  }

  /** See `System.fstatat`. */
  fstatat(...args: Parameters<System["fstatat"]>): number {
    return this.#call("fstatat", args);
  }

  /** See `System.ftruncate`. */
  ftruncate(...args: Parameters<System["ftruncate"]>): number {
    return this.#call("ftruncate", args);
  }

  /** See `System.truncate`. */
  truncate(...args: Parameters<System["truncate"]>): number {
    return this.#call("truncate", args);
  }

  /** See `System.fsync`. */
  fsync(...args: Parameters<System["fsync"]>): number {
    return this.#call("fsync", args);
  }

  /** See `System.fdatasync`. */
  fdatasync(...args: Parameters<System["fdatasync"]>): number {
    return this.#call("fdatasync", args);
  }

  /** See `System.utimensat`. */
  utimensat(...args: Parameters<System["utimensat"]>): number {
    return this.#call("utimensat", args);
  }

  /** See `System.unlinkat`. */
  unlinkat(...args: Parameters<System["unlinkat"]>): number {
    return this.#call("unlinkat", args);
  }

  /** See `System.mkdirat`. */
  mkdirat(...args: Parameters<System["mkdirat"]>): number {
    return this.#call("mkdirat", args);
  }

  /** See `System.renameat`. */
  renameat(...args: Parameters<System["renameat"]>): number {
    return this.#call("renameat", args);
  }

  /** See `System.linkat`. */
  linkat(...args: Parameters<System["linkat"]>): number {
    return this.#call("linkat", args);
  }

  /** See `System.symlinkat`. */
  symlinkat(...args: Parameters<System["symlinkat"]>): number {
    return this.#call("symlinkat", args);
  }

  /** See `System.readlinkat`. */
  readlinkat(...args: Parameters<System["readlinkat"]>): number {
    return this.#call("readlinkat", args);
  }

  /** See `System.faccessat`. */
  faccessat(...args: Parameters<System["faccessat"]>): number {
    return this.#call("faccessat", args);
  }

  /** See `System.getdents`. */
  getdents(...args: Parameters<System["getdents"]>): number {
    return this.#call("getdents", args);
  }

  /** See `System.chdir`. */
  chdir(...args: Parameters<System["chdir"]>): number {
    return this.#call("chdir", args);
  }

  /** See `System.fchdir`. */
  fchdir(...args: Parameters<System["fchdir"]>): number {
    return this.#call("fchdir", args);
  }

  /** See `System.getcwd`. */
  getcwd(...args: Parameters<System["getcwd"]>): number {
    return this.#call("getcwd", args);
  }

  /** See `System.umask`. */
  umask(...args: Parameters<System["umask"]>): number {
    return this.#call("umask", args);
  }

  /** See `System.prlimit`. */
  prlimit(...args: Parameters<System["prlimit"]>): number {
    return this.#call("prlimit", args);
  }

  /** See `System.keepsLookups`. */
  get keepsLookups(): boolean {
    return this.#system.keepsLookups === true;
  }

  /** See `System.resolve`. */
  resolve(...args: Parameters<System["resolve"]>): number {
    return this.#call("resolve", args);
  }

  #call<M extends Method>(method: M, args: Parameters<System[M]>): number {
    const call = this.#lines.isWriting ? null : attempt(() => this.#begin(method, args), null);
    try {
      const result: number = Reflect.apply(this.#system[method], this.#system, args);
      if (result === -Errno.EACCES) this.#denial = this.#system.takeDenial();
      if (call !== null) {
        call.result = result;
        attempt(() => this.#end(method, call), undefined);
      }
      return result;
    } catch (error) {
      if (call !== null) attempt(() => this.#lines.end(call.line, "", UNPRINTABLE), undefined);
      throw error;
    }
  }

  #begin(method: Method, args: readonly unknown[]): PendingCall {
    const call: Call = { args, stringLimit: this.#stringLimit, result: 0 };
    const verbs: readonly Verb<never>[] = FORMATS[method];
    const texts = verbs.map((verb, i) => attempt(() => verb(args[i] as never, call), UNPRINTABLE))
      .filter((text) => text !== null);
    const firstOutput = texts.findIndex((text) => typeof text !== "string");
    const known = firstOutput < 0 ? texts.length : firstOutput;
    const rest = texts.slice(known);
    const text = texts.slice(0, known).join(", ") + (known > 0 && rest.length > 0 ? ", " : "");
    const line = this.#lines.begin(CALL_NAMES[method] ?? method, text, BLOCKING.has(method));
    return Object.assign(call, { line, rest });
  }

  #end(method: Method, call: PendingCall): void {
    const { result, line } = call;
    const rest = call.rest.map((text) =>
      typeof text === "string" ? text : attempt(text, UNPRINTABLE)
    );
    const format = result >= 0 ? RESULTS[method] : undefined;
    const text = attempt(() => format?.(call) ?? formatResult(result), String(result));
    const missing = result === -Errno.EACCES && this.#denial !== null
      ? ` (needs ${this.#denial})`
      : "";
    this.#lines.end(line, rest.join(", "), text + missing);
  }
}

/**
 * Makes a `System` that does what another one does and writes every call down in strace's words.
 *
 * A call is written before it is made, up to the first argument that it fills in, and the rest with
 * the result after it: where a guest hangs, the last line says in what. Where the policy refused a
 * call, the line says what to grant. Words, escapes and the cut of strings are strace's, with these
 * differences where `System` knows less, or more:
 *
 * - A pointer whose target is not shown is `0x...`, one that faults `NULL`; so are the address and
 *   the room for it of a call that failed.
 * - The length of an address is the one that came back: `[16]`, not `[128 => 16]`.
 * - Names are those of `System`'s calls: `send`, `recv` and `select` where glibc makes sendto(2),
 *   recvfrom(2) and pselect6(2) of them. A time that select(2) leaves is not known.
 * - Values of socket options are decoded where strace shows bytes: time-outs, `TCP_CONGESTION`,
 *   `TCP_INFO`, multicast interfaces. Options and scope ids go without strace's `_OLD` and interface
 *   names.
 * - `resolve` is printed like a system call.
 *
 * @param system What makes the calls.
 * @param write Receives the text: at most two pieces for each call, the last of which ends the line.
 * What it throws is ignored, and calls that it makes itself are not traced.
 * @param options How the lines look.
 * @returns The decorated system. Whoever owns `system` still has to close it.
 *
 * @example
 * ```ts
 * import { trace } from "@vmsock/vmsock";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { AF_INET, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * using kernel = new Kernel(openStack("auto"));
 * const system = trace(kernel, (piece) => text += piece);
 * system.socket(AF_INET, SOCK_STREAM, 0);
 * system.close(99);
 * assertEquals(
 *   text,
 *   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n" +
 *     "close(99)                               = -1 EBADF (Bad file descriptor)\n",
 * );
 * ```
 */
export function trace(
  system: System,
  write: (text: string) => void,
  options: TraceOptions = {},
): System {
  return new TracedSystem(system, write, options);
}
