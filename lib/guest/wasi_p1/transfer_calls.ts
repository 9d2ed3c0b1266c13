/**
 * Preview 1's functions that move bytes of descriptors: fd_read, fd_write and their relatives.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { SEEK_CUR } from "../../linux/fcntl.ts";
import type { Descriptor } from "./descriptor.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import { WHENCE_CUR, WHENCES } from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { decodeIovecs } from "./iovecs.ts";
import { Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** One call of the system on the buffers that were read. */
type Transfer = (process: WasiProcess, descriptor: Descriptor) => number;

/** Checks what every transfer checks, makes it and writes the count out. */
function transfer(
  process: WasiProcess,
  fd: number,
  rights: number,
  list: readonly [address: number, count: number, result: number],
  move: Transfer,
): number {
  const descriptor = process.descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(rights);
  if (refused !== 0) return refused;
  const [address, count, result] = list;
  const decoded = decodeIovecs(process, address, count);
  if (decoded < 0) return wasiErrno(decoded);
  // Before anything is moved: what was read could not be given back.
  if (process.memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  const moved = move(process, descriptor);
  if (moved < 0) return wasiErrno(moved);
  process.memory.store32(result, moved);
  return 0;
}

function readBuffers({ system, buffers }: WasiProcess, { fd }: Descriptor): number {
  const [first] = buffers;
  return buffers.length === 1 && first !== undefined
    ? system.read(fd, first.base, first.length)
    : system.readv(fd, buffers);
}

function writeBuffers({ system, buffers }: WasiProcess, { fd }: Descriptor): number {
  const [first] = buffers;
  return buffers.length === 1 && first !== undefined
    ? system.write(fd, first.base, first.length)
    : system.writev(fd, buffers);
}

/** One buffer after the other until one is not filled; an error counts if it comes first. */
function transferAt(
  { buffers }: WasiProcess,
  offset: bigint,
  move: (base: Uint8Array | null, length: number, offset: number) => number,
): number {
  const start = Number(BigInt.asUintN(64, offset));
  if (!Number.isSafeInteger(start)) return -Errno.EINVAL;
  let total = 0;
  for (const { base, length } of buffers) {
    const moved = move(base, length, start + total);
    if (moved < 0) return total > 0 ? total : moved;
    total += moved;
    if (moved < length) break;
  }
  return total;
}

function fdRead(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  result: number,
): number {
  return transfer(process, fd, Rights.FD_READ, [iovs, count, result], readBuffers);
}

function fdWrite(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  result: number,
): number {
  return transfer(process, fd, Rights.FD_WRITE, [iovs, count, result], writeBuffers);
}

function fdPread(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  offset: bigint,
  result: number,
): number {
  const rights = Rights.FD_READ | Rights.FD_SEEK;
  return transfer(process, fd, rights, [iovs, count, result], (process, descriptor) => {
    const { system } = process;
    return transferAt(process, offset, (base, length, at) => {
      return system.pread(descriptor.fd, base, length, at);
    });
  });
}

function fdPwrite(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  offset: bigint,
  result: number,
): number {
  const rights = Rights.FD_WRITE | Rights.FD_SEEK;
  return transfer(process, fd, rights, [iovs, count, result], (process, descriptor) => {
    const { system } = process;
    return transferAt(process, offset, (base, length, at) => {
      return system.pwrite(descriptor.fd, base, length, at);
    });
  });
}

function fdSeek(
  process: WasiProcess,
  fd: number,
  offset: bigint,
  whence: number,
  result: number,
): number {
  const { system, descriptors, memory } = process;
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const stays = offset === 0n && whence === WHENCE_CUR;
  const refused = descriptor.refuses(stays ? Rights.FD_TELL : Rights.FD_SEEK);
  if (refused !== 0) return refused;
  const origin = WHENCES[whence];
  const distance = Number(BigInt.asIntN(64, offset));
  if (origin === undefined || !Number.isSafeInteger(distance)) return WasiErrno.EINVAL;
  if (memory.bytes(result, 8) === null) return WasiErrno.EFAULT;
  const position = system.lseek(descriptor.fd, distance, origin);
  if (position < 0) return wasiErrno(position);
  memory.store64(result, position);
  return 0;
}

function fdTell(process: WasiProcess, fd: number, result: number): number {
  const { system, descriptors, memory } = process;
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_TELL);
  if (refused !== 0) return refused;
  if (memory.bytes(result, 8) === null) return WasiErrno.EFAULT;
  const position = system.lseek(descriptor.fd, 0, SEEK_CUR);
  if (position < 0) return wasiErrno(position);
  memory.store64(result, position);
  return 0;
}

/** Functions that move bytes of descriptors. */
export const TRANSFER_FUNCTIONS: FunctionTable = {
  "fd_read": [{ parameters: "iiii", call: fdRead }],
  "fd_write": [{ parameters: "iiii", call: fdWrite }],
  "fd_pread": [{ parameters: "iiiIi", call: fdPread }],
  "fd_pwrite": [{ parameters: "iiiIi", call: fdPwrite }],
  "fd_seek": [{ parameters: "iIii", call: fdSeek }],
  "fd_tell": [{ parameters: "ii", call: fdTell }],
};
