/**
 * Threads of this process as the host knows them: which of them run, and a signal that makes a call
 * that blocks return.
 *
 * Deno cannot end a worker whose thread is inside of a call of libc, nor does close(2) wake one that
 * waits. A signal does, if it has a handler, and one without SA_RESTART. Handlers in JavaScript would
 * run too late and on the wrong thread, so that a function of libc serves as one that takes an int and
 * changes nothing: abs(3). It is installed when a process first ends with a thread in a call.
 *
 * @module
 */
import { libraryName } from "./library.ts";

/** What is loaded beside `SYMBOLS`. */
const THREAD_SYMBOLS = {
  // long syscall(long number, ...);
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i32" },
  // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact);
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // void *dlsym(void *handle, const char *symbol); in glibc 2.34, musl
  dlsym: { parameters: ["u64", "buffer"], result: "u64", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The real-time signal that is sent: C libraries take the lowest ones for themselves. */
const SIGNAL = 62;

/** Numbers of system calls that C libraries have no function for. */
const CALLS = Deno.build.arch === "x86_64"
  ? { gettid: 186n, tgkill: 234n }
  : { gettid: 178n, tgkill: 131n };

// struct sigaction of glibc and musl on 64-bit Linux: the handler, 128 bytes of mask, flags,
// sa_restorer, which the library fills in.
const SIGACTION_SIZE = 152;

/** The threads of this process. */
export class ThreadSignals {
  /** The host's number of this thread. */
  readonly threadId: number;
  readonly #library: Deno.DynamicLibrary<typeof THREAD_SYMBOLS>;
  readonly #process = BigInt(Deno.pid);
  #installed = false;

  /** Loads the functions from the C library that this thread uses. */
  constructor() {
    this.#library = Deno.dlopen(libraryName(), THREAD_SYMBOLS);
    this.threadId = this.#library.symbols.syscall(CALLS.gettid, 0n, 0n, 0n);
  }

  /** Whether a thread of this process still runs. */
  isAlive(threadId: number): boolean {
    return this.#send(threadId, 0);
  }

  /** Interrupts what blocks on a thread. Without dlsym(3) nothing happens. */
  interrupt(threadId: number): void {
    this.#installed ||= this.#install();
    // Without a handler the signal would end the process.
    if (this.#installed) this.#send(threadId, SIGNAL);
  }

  /** Gives the library back. */
  close(): void {
    this.#library.close();
  }

  #send(threadId: number, signal: number): boolean {
    const { syscall } = this.#library.symbols;
    return syscall(CALLS.tgkill, this.#process, BigInt(threadId), BigInt(signal)) === 0;
  }

  #install(): boolean {
    const { dlsym, sigaction } = this.#library.symbols;
    const handler = dlsym?.(0n, new TextEncoder().encode("abs\0")) ?? 0n;
    if (handler === 0n) return false;
    const action = new BigUint64Array(SIGACTION_SIZE / 8);
    action[0] = handler;
    return sigaction(SIGNAL, action, null) === 0;
  }
}
