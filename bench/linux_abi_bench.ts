/**
 * What numbered system calls cost above `System`: 1000 times recv(2) of 64 bytes on an empty
 * non-blocking socket, and clock_gettime(2), which reaches nobody.
 *
 *     deno bench -A bench/linux_abi_bench.ts
 */
import { LinuxAbi } from "../lib/guest/linux/linux_abi.ts";
import { wasmSyscall } from "../lib/guest/linux/wasm_syscall.ts";
import { Kernel } from "../lib/kernel/kernel.ts";
import { AF_INET, SOCK_DGRAM, SOCK_NONBLOCK } from "../lib/linux/socket.ts";
import { SYS } from "../lib/linux/sysno_aarch64.ts";
import { openStack } from "../lib/stack/open.ts";
import { assemble } from "../tests/guest/wat.ts";

const ROUNDS = 1000;
const ADDRESS = 4096;
const LENGTH = 64;

const kernel = new Kernel(openStack("libc"));
const fd = kernel.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
const memory = new WebAssembly.Memory({ initial: 4 });
const bytes = new Uint8Array(memory.buffer, ADDRESS, LENGTH);
const abi = new LinuxAbi(kernel, memory, { pointerSize: 4 });

Deno.bench("System.recv", { group: "recv", baseline: true }, () => {
  for (let round = 0; round < ROUNDS; round++) kernel.recv(fd, bytes, LENGTH, 0);
});

Deno.bench("LinuxAbi.syscall, numbers", { group: "recv" }, () => {
  for (let round = 0; round < ROUNDS; round++) {
    abi.syscall(SYS.recvfrom, fd, ADDRESS, LENGTH, 0, 0, 0);
  }
});

const [NUMBER, FD, ADDRESS64, LENGTH64] = [SYS.recvfrom, fd, ADDRESS, LENGTH].map(BigInt);
Deno.bench("LinuxAbi.syscall, BigInts", { group: "recv" }, () => {
  for (let round = 0; round < ROUNDS; round++) {
    abi.syscall(NUMBER ?? 0n, FD, ADDRESS64, LENGTH64, 0n, 0n, 0n);
  }
});

/** A module that makes one call with three arguments again and again. */
const LOOP = new WebAssembly.Module(
  await assemble(`(module
    (import "linux" "syscall" (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
    (func (export "loop") (param $n i32) (param $nr i64) (param $a i64) (param $b i64) (param $c i64)
      (loop $next
        (drop (call $syscall (local.get $nr) (local.get $a) (local.get $b) (local.get $c)
          (i64.const 0) (i64.const 0) (i64.const 0)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`),
);

type Loop = (rounds: number, number: bigint, a: bigint, b: bigint, c: bigint) => void;

function loopOver(syscall: WebAssembly.ImportValue): Loop {
  const { exports } = new WebAssembly.Instance(LOOP, { linux: { syscall } });
  return exports["loop"] as Loop;
}

const adapted = loopOver(wasmSyscall((nr, a, b, c, d, e, f) => abi.syscall(nr, a, b, c, d, e, f)));
const plain = loopOver(
  (nr: bigint, a: bigint, b: bigint, c: bigint, d: bigint, e: bigint, f: bigint) =>
    BigInt(abi.syscall(nr, a, b, c, d, e, f)),
);

Deno.bench("a module's call, as vmsock run makes it", { group: "recv" }, () => {
  adapted(ROUNDS, NUMBER ?? 0n, FD ?? 0n, ADDRESS64 ?? 0n, LENGTH64 ?? 0n);
});

Deno.bench("a module's call, its registers as BigInts", { group: "recv" }, () => {
  plain(ROUNDS, NUMBER ?? 0n, FD ?? 0n, ADDRESS64 ?? 0n, LENGTH64 ?? 0n);
});

Deno.bench("clock_gettime", { group: "clock" }, () => {
  for (let round = 0; round < ROUNDS; round++) abi.syscall(SYS.clock_gettime, 1, ADDRESS);
});

Deno.bench("getpid", { group: "clock" }, () => {
  for (let round = 0; round < ROUNDS; round++) abi.syscall(SYS.getpid);
});
