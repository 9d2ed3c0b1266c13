/**
 * A toy CPU whose SVC instruction is a Linux system call.
 *
 *     deno run --allow-net examples/toy_cpu.ts 127.0.0.1:7000
 *
 * Its program connects to that address, sends a line, and writes what comes back to standard output.
 *
 * @module
 */
import { Kernel, openStack } from "../lib/kernel/mod.ts";
import { AF_INET, encodeSockaddr, LinuxAbi, SOCK_STREAM, SYS } from "../lib/guest/linux/mod.ts";
import { parseSocketAddress, type SocketAddress } from "../lib/guest/linux/mod.ts";

/** Operations, in the upper 8 bits: then a register in 8 bits, and a number or a register in 16. */
const Op = { LI: 0, MOV: 1, NEG: 2, BLTZ: 3, BEQZ: 4, B: 5, SVC: 6 } as const;

/** Runs the program at the beginning of a memory until it exits; returns its status. */
function run(kernel: Kernel, memory: ArrayBuffer): number {
  const abi = new LinuxAbi(kernel, memory);
  const code = new DataView(memory);
  const x = new BigInt64Array(16);
  for (let pc = 0; abi.exitStatus === null; pc += 4) {
    const word = code.getInt32(pc, true);
    const d = (word >>> 16) & 15;
    const low = (word << 16) >> 16;
    switch (word >>> 24) {
      case Op.LI:
        x[d] = BigInt(low);
        break;
      case Op.MOV:
        x[d] = x[low & 15] ?? 0n;
        break;
      case Op.NEG:
        x[d] = -(x[low & 15] ?? 0n);
        break;
      case Op.BLTZ:
        if ((x[d] ?? 0n) < 0n) pc += low;
        break;
      case Op.BEQZ:
        if (x[d] === 0n) pc += low;
        break;
      case Op.B:
        pc += low;
        break;
      case Op.SVC: {
        // As on aarch64: the number in x8, arguments in x0 to x5, the result in x0.
        const [x0, x1, x2, x3, x4, x5, , , x8 = 0n] = x;
        x[0] = BigInt(abi.syscall(x8, x0, x1, x2, x3, x4, x5));
        break;
      }
      default:
        throw new Error(`Cannot run the instruction ${word} at ${pc}`);
    }
  }
  return abi.exitStatus;
}

const ADDRESS = 0x400;
const LINE = 0x420;
const BUFFER = 0x1000;

/** The program that the head of this file describes; `length` is the line's. */
function assemble(length: number): Int32Array {
  const words: number[] = [];
  const put = (op: number, d = 0, low = 0) => words.push((op << 24) | (d << 16) | (low & 0xffff));
  /** A branch to another instruction, counted from the one behind it. */
  const branch = (op: number, to: number) => put(op, 0, 4 * (to - words.length - 1));
  /** A system call: arguments are numbers, or null for what is in the register already. */
  const call = (number: number, ...args: (number | null)[]) => {
    args.forEach((value, register) => value === null || put(Op.LI, register, value));
    put(Op.LI, 8, number);
    put(Op.SVC);
  };
  // Over what ends the program with the errno in x0.
  branch(Op.B, 4);
  const fail = put(Op.NEG, 0, 0) - 1;
  call(SYS.exit_group, null);
  call(SYS.socket, AF_INET, SOCK_STREAM, 0);
  branch(Op.BLTZ, fail);
  put(Op.MOV, 9, 0);
  call(SYS.connect, null, ADDRESS, 16);
  branch(Op.BLTZ, fail);
  put(Op.MOV, 0, 9);
  call(SYS.write, null, LINE, length);
  const more = put(Op.MOV, 0, 9) - 1;
  call(SYS.read, null, BUFFER, 0x1000);
  branch(Op.BLTZ, fail);
  // With nothing more to read, x0 is the status.
  branch(Op.BEQZ, fail);
  put(Op.MOV, 2, 0);
  call(SYS.write, 1, BUFFER, null);
  branch(Op.B, more);
  return Int32Array.from(words);
}

/** Runs the program against a server; returns its exit status: 0, or the errno of what failed. */
export function runToyProgram(kernel: Kernel, server: SocketAddress): number {
  const line = new TextEncoder().encode("hello from a toy CPU\n");
  const memory = new ArrayBuffer(0x4000);
  new Int32Array(memory).set(assemble(line.length));
  new Uint8Array(memory).set(encodeSockaddr(server), ADDRESS);
  new Uint8Array(memory).set(line, LINE);
  return run(kernel, memory);
}

if (import.meta.main) {
  const server = parseSocketAddress(Deno.args[0] ?? "127.0.0.1:7000");
  if (server === null) throw new Error("Cannot read the address: it is like 127.0.0.1:7000");
  using kernel = new Kernel(openStack("auto"));
  Deno.exitCode = runToyProgram(kernel, server);
}
