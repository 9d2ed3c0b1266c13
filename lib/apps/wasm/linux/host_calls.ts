/**
 * The functions that WebAssembly modules import for Linux's system calls.
 *
 * @module
 */
import type { LinuxAbi } from "../../../guest/linux/linux_abi.ts";
import { wasmSyscall } from "../../../guest/linux/wasm_syscall.ts";
import type { GuestMemory } from "../../../guest/memory.ts";
import { Errno } from "../../../linux/errno.ts";

/** The result of a call after which the guest does not go on; see `wasmSyscall`. */
const EXITED = NaN;

/** Most characters of a message that are shown. */
const MOST_SHOWN = 1000;

const UTF16 = new TextDecoder("utf-16le");

/** A string of AssemblyScript's: UTF-16, its bytes counted in the word before it. */
function stringOf(memory: GuestMemory, address: number): string {
  const length = address === 0 ? 0 : memory.load32(address - 4);
  const bytes = length < 0 ? null : memory.bytes(address, Math.min(length, 2 * MOST_SHOWN));
  return bytes === null ? "" : UTF16.decode(bytes.slice());
}

/** What one thread of a guest calls. */
export class HostCalls {
  /** The function that makes its calls. */
  readonly syscall: WebAssembly.ExportValue;
  /** Tells where its arguments are. */
  readonly args: () => number;
  /** Ends the program as by a trap, with a message: AssemblyScript's abort(). */
  readonly abort: (message: number, file: number, line: number, column: number) => never;
  #abi: LinuxAbi | null = null;
  #arguments = 0;

  /**
   * Functions that fail until the guest is there.
   *
   * @param isOver Whether the process has ended otherwise than by this thread.
   */
  constructor(isOver: () => boolean = () => false) {
    this.syscall = wasmSyscall((number, a0, a1, a2, a3, a4, a5) => {
      // A module's start function runs before its memory is known.
      const abi = this.#abi;
      if (abi === null) return -Errno.ENOSYS;
      const result = abi.syscall(number, a0, a1, a2, a3, a4, a5);
      return abi.exitStatus === null && !isOver() ? result : EXITED;
    });
    this.args = () => this.#arguments;
    this.abort = (message, file, line, column) => {
      const memory = this.#abi?.memory;
      const [text, place] = memory === undefined
        ? ["", ""]
        : [stringOf(memory, message), stringOf(memory, file)];
      throw new WebAssembly.RuntimeError(`abort: ${text} in ${place}:${line}:${column}`);
    };
  }

  /** From now on calls are made, and `args` returns this address. */
  connect(abi: LinuxAbi, stack: number): void {
    this.#abi = abi;
    this.#arguments = stack;
  }
}
