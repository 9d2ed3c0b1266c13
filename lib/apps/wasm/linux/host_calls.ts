/**
 * The functions that WebAssembly modules import for Linux's system calls.
 *
 * @module
 */
import type { LinuxAbi } from "../../../guest/linux/linux_abi.ts";
import { wasmSyscall } from "../../../guest/linux/wasm_syscall.ts";
import { Errno } from "../../../linux/errno.ts";

/** The result of a call after which the guest does not go on; see `wasmSyscall`. */
const EXITED = NaN;

/** What one thread of a guest calls. */
export class HostCalls {
  /** The function that makes its calls. */
  readonly syscall: WebAssembly.ExportValue;
  /** Tells where its arguments are. */
  readonly args: () => number;
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
  }

  /** From now on calls are made, and `args` returns this address. */
  connect(abi: LinuxAbi, stack: number): void {
    this.#abi = abi;
    this.#arguments = stack;
  }
}
