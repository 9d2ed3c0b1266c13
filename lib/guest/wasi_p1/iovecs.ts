/**
 * Lists of buffers in a WASI preview 1 guest's memory, `iovec` and `ciovec`.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { type Iovec, MAX_RW_COUNT, UIO_MAXIOV } from "../../linux/uio.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** Size of an `iovec`: a pointer and a length of 32 bits each. */
const IOVEC_SIZE = 8;

/**
 * Reads a list of buffers into `process.buffers`, which is then as long as the list. A buffer that is
 * longer than what one call can transfer is cut.
 *
 * @param process The guest.
 * @param address Where the list is.
 * @param count How many buffers it has.
 * @returns 0; −EINVAL for more than 1024 buffers, −EFAULT if the list or a buffer is not wholly in
 * the guest's memory.
 */
export function decodeIovecs(process: WasiProcess, address: number, count: number): number {
  if (count > UIO_MAXIOV) return -Errno.EINVAL;
  const { memory, buffers } = process;
  for (let index = 0; index < count; index++) {
    const entry = address + index * IOVEC_SIZE;
    const length = memory.load32(entry + 4);
    if (length < 0) return length;
    const base = memory.bytes(memory.load32(entry), length);
    if (base === null) return -Errno.EFAULT;
    const buffer: Iovec = buffers[index] ??= { base: null, length: 0 };
    buffer.base = base;
    buffer.length = Math.min(length, MAX_RW_COUNT);
  }
  buffers.length = count;
  return 0;
}
