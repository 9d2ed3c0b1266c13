/**
 * The function that a WebAssembly guest imports for its system calls.
 *
 * @module
 */

/**
 * A module between the guest and JavaScript, which turns registers of 64 bits into numbers as
 * `fromRegister` does. Without it each call would make eight BigInts and take them apart, some 200 ns
 * (`bench/linux_abi_bench.ts`).
 *
 * ```wat
 * (module
 *   (import "host" "syscall"
 *     (func $host (param f64 f64 f64 f64 f64 f64 f64) (result f64)))
 *   (func $number (param $register i64) (result f64)
 *     (f64.convert_i64_s
 *       (if (result i64)
 *         (i64.eqz (i64.shr_u
 *           (i64.add (local.get $register) (i64.const 0x20000000000000))
 *           (i64.const 54)))
 *         (then (local.get $register))
 *         (else (i64.or
 *           (i64.and (local.get $register) (i64.const 0xffffffff))
 *           (select
 *             (i64.const 0x1fffff00000000)
 *             (i64.const -0x20000000000000)
 *             (i64.ge_s (local.get $register) (i64.const 0))))))))
 *   (func (export "syscall") (param i64 i64 i64 i64 i64 i64 i64) (result i64)
 *     (local $result f64)
 *     (local.set $result (call $host
 *       (call $number (local.get 0))
 *       (call $number (local.get 1))
 *       (call $number (local.get 2))
 *       (call $number (local.get 3))
 *       (call $number (local.get 4))
 *       (call $number (local.get 5))
 *       (call $number (local.get 6))))
 *     (if (f64.ne (local.get $result) (local.get $result)) (then (unreachable)))
 *     (i64.trunc_sat_f64_s (local.get $result))))
 * ```
 */
const ADAPTER =
  "AGFzbQEAAAABHANgB3x8fHx8fHwBfGABfgF8YAd+fn5+fn5+AX4CEAEEaG9zdAdzeXNjYWxsAAADAwIBAgcLAQdz" +
  "eXNjYWxsAAIKbwI7ACAAQoCAgICAgIAQfEI2iFAEfiAABSAAQv////8Pg0KAgICA8P//D0KAgICAgICAcCAAQgBZ" +
  "G4QLuQsxAQF8IAAQASABEAEgAhABIAMQASAEEAEgBRABIAYQARAAIQcgByAHYgRAAAsgB/wGCw==";

/** The adapter, compiled once: a program may have thousands of threads. */
let adapter: WebAssembly.Module | null = null;

/** A system call on numbers, as `LinuxAbi.syscall` makes it. */
export type NumberSyscall = (
  number: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  a4: number,
  a5: number,
) => number;

/** What a guest imports: a function of WebAssembly, which JavaScript would call with BigInts. */
export type WasmSyscall = (
  number: bigint,
  a0: bigint,
  a1: bigint,
  a2: bigint,
  a3: bigint,
  a4: bigint,
  a5: bigint,
) => bigint;

/**
 * Makes the function that a WebAssembly guest imports as `"linux" "syscall"` or `"akuma" "syscall"`:
 * `(i64 nr, i64 a0 … i64 a5) → i64`.
 *
 * @param call Makes the call. NaN as its result ends the guest by a trap, a
 * `WebAssembly.RuntimeError` for whoever called it: nothing in a guest can catch that, while it can
 * catch what JavaScript throws.
 *
 * @example
 * ```ts
 * import { LinuxAbi, wasmSyscall } from "@vmsock/vmsock/linux";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const memory = new WebAssembly.Memory({ initial: 1 });
 * const abi = new LinuxAbi(kernel, memory, { pointerSize: 4 });
 * const syscall = wasmSyscall((nr, ...args) => abi.syscall(nr, ...args));
 * // new WebAssembly.Instance(module, { linux: { syscall } })
 * assertEquals(syscall(57n, 99n, 0n, 0n, 0n, 0n, 0n), -9n); // close(99): −EBADF
 * ```
 */
export function wasmSyscall(call: NumberSyscall): WasmSyscall {
  adapter ??= new WebAssembly.Module(
    Uint8Array.from(atob(ADAPTER), (char) => char.charCodeAt(0)),
  );
  const { exports } = new WebAssembly.Instance(adapter, { host: { syscall: call } });
  return exports["syscall"] as WasmSyscall;
}
