/**
 * Makes numbered system calls as a guest program does.
 *
 * @module
 */
import { LinuxAbi } from "../../lib/guest/linux/linux_abi.ts";
import type { Dialect } from "../../lib/guest/linux/syscall_table.ts";
import type { System } from "../../lib/kernel/system.ts";
import { SYS } from "../../lib/linux/sysno_aarch64.ts";
import { FIRST_ADDRESS, GuestArena } from "./guest_arena.ts";
import type { GuestLayout } from "./guest_layout.ts";

/** The numbers that the akuma dialect has of its own. */
const AKUMA_NUMBERS: Readonly<Record<string, number>> = { read: 1, write: 2 };

/** A guest with a memory, whose calls a kernel carries out. */
export class GuestCaller {
  /** The calls. */
  readonly abi: LinuxAbi;
  /** The memory, as a program uses it. */
  readonly arena: GuestArena;
  /** Whose numbers are used. */
  readonly dialect: Dialect;

  /** A guest of `system`. */
  constructor(system: System, { dialect, pointerSize, make }: GuestLayout) {
    this.abi = new LinuxAbi(system, make(), { dialect, pointerSize, start: FIRST_ADDRESS });
    this.arena = new GuestArena(this.abi);
    this.dialect = dialect;
  }

  /** Makes a call; numbers as C passes them, in 64 bits. */
  call(name: keyof typeof SYS, ...args: readonly (number | bigint)[]): number {
    const own = this.dialect === "akuma" ? AKUMA_NUMBERS[name] : undefined;
    const registers = args.map((value) => BigInt.asUintN(64, BigInt(value)));
    return this.abi.syscall(BigInt(own ?? SYS[name]), ...registers);
  }
}

/** A `size_t`: what is beyond becomes the largest. */
export function sizeOf(length: number): bigint {
  return length >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(length);
}
