/**
 * A toy CPU whose SVC instruction is a Linux system call.
 *
 *     deno run --allow-net examples/toy_cpu.ts 127.0.0.1:7000
 *
 * Its program connects to that address, sends a line, and writes what comes back to standard output.
 *
 * @module
 */
import { Kernel, openStack } from "@vmsock/vmsock/kernel";
import { AF_INET, encodeSockaddr, LinuxAbi, SOCK_STREAM, SYS } from "@vmsock/vmsock/linux";
import { parseSocketAddress, type SocketAddress } from "@vmsock/vmsock/linux";

/** Operations: 8 bits, then a register in 8 bits, then a signed number or two registers in 16. */
const Op = { LI: 0, MOV: 1, ADD: 2, SUB: 3, BLTZ: 4, BEQZ: 5, B: 6, SVC: 7 } as const;

/** Sixteen registers of 64 bits, and a memory whose first bytes are the program. */
export class ToyCpu {
  readonly x: BigInt64Array<ArrayBuffer> = new BigInt64Array(16);
  readonly memory: DataView<ArrayBuffer>;
  readonly #abi: LinuxAbi;
  #pc = 0;

  constructor(kernel: Kernel, memory: ArrayBuffer) {
    this.memory = new DataView(memory);
    this.#abi = new LinuxAbi(kernel, memory);
  }

  /** Runs until the program exits; returns its status. */
  run(): number {
    while (this.#abi.exitStatus === null) this.#step();
    return this.#abi.exitStatus;
  }

  #step(): void {
    const { x } = this;
    const word = this.memory.getInt32(this.#pc, true);
    const d = (word >>> 16) & 15;
    const number = (word << 16) >> 16;
    const [a, b] = [(word >>> 8) & 15, word & 15];
    this.#pc += 4;
    switch (word >>> 24) {
      case Op.LI:
        x[d] = BigInt(number);
        break;
      case Op.MOV:
        x[d] = x[a] ?? 0n;
        break;
      case Op.ADD:
        x[d] = (x[a] ?? 0n) + (x[b] ?? 0n);
        break;
      case Op.SUB:
        x[d] = (x[a] ?? 0n) - (x[b] ?? 0n);
        break;
      case Op.BLTZ:
        if ((x[d] ?? 0n) < 0n) this.#pc += number;
        break;
      case Op.BEQZ:
        if (x[d] === 0n) this.#pc += number;
        break;
      case Op.B:
        this.#pc += number;
        break;
      case Op.SVC: {
        // As on aarch64: the number in x8, arguments in x0 to x5, the result in x0.
        const [x0, x1, x2, x3, x4, x5, , , x8 = 0n] = x;
        x[0] = BigInt(this.#abi.syscall(x8, x0, x1, x2, x3, x4, x5));
        break;
      }
      default:
        throw new Error(`Cannot run the instruction ${word} at ${this.#pc - 4}`);
    }
  }
}

const ADDRESS = 0x400;
const LINE = 0x420;
const BUFFER = 0x1000;

/** The program that the head of this file describes; `length` is the line's. */
function assemble(length: number): number[] {
  const words: number[] = [];
  const labels = new Map<string, number>();
  const branches: [at: number, label: string][] = [];
  const put = (op: number, d = 0, low = 0) => words.push((op << 24) | (d << 16) | (low & 0xffff));
  const branch = (op: number, d: number, label: string) => branches.push([put(op, d) - 1, label]);
  const call = (number: number, ...args: (number | null)[]) => {
    args.forEach((value, register) => value === null || put(Op.LI, register, value));
    put(Op.LI, 8, number);
    put(Op.SVC);
  };
  call(SYS.socket, AF_INET, SOCK_STREAM, 0);
  branch(Op.BLTZ, 0, "fail");
  put(Op.MOV, 9, 0 << 8);
  call(SYS.connect, null, ADDRESS, 16);
  branch(Op.BLTZ, 0, "fail");
  put(Op.MOV, 0, 9 << 8);
  call(SYS.write, null, LINE, length);
  branch(Op.BLTZ, 0, "fail");
  labels.set("more", words.length);
  put(Op.MOV, 0, 9 << 8);
  call(SYS.read, null, BUFFER, 0x1000);
  branch(Op.BLTZ, 0, "fail");
  branch(Op.BEQZ, 0, "done");
  put(Op.MOV, 2, 0 << 8);
  call(SYS.write, 1, BUFFER, null);
  branch(Op.B, 0, "more");
  labels.set("done", words.length);
  call(SYS.exit_group, 0);
  labels.set("fail", words.length);
  put(Op.LI, 1, 0);
  put(Op.SUB, 0, (1 << 8) | 0);
  call(SYS.exit_group, null);
  for (const [at, label] of branches) {
    const distance = 4 * ((labels.get(label) ?? 0) - at - 1);
    words[at] = (words[at] ?? 0) | (distance & 0xffff);
  }
  return words;
}

/** Runs the program against a server; returns its exit status: 0, or the errno of what failed. */
export function runToyProgram(kernel: Kernel, server: SocketAddress): number {
  const line = new TextEncoder().encode("hello from a toy CPU\n");
  const memory = new ArrayBuffer(0x4000);
  const cpu = new ToyCpu(kernel, memory);
  assemble(line.length).forEach((word, index) => cpu.memory.setInt32(4 * index, word, true));
  new Uint8Array(memory).set(encodeSockaddr(server), ADDRESS);
  new Uint8Array(memory).set(line, LINE);
  return cpu.run();
}

if (import.meta.main) {
  const server = parseSocketAddress(Deno.args[0] ?? "127.0.0.1:7000");
  if (server === null) throw new Error("Cannot read the address: it is like 127.0.0.1:7000");
  using kernel = new Kernel(openStack("auto"));
  Deno.exitCode = runToyProgram(kernel, server);
}
