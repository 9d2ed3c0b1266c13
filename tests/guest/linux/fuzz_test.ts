/**
 * Numbered calls with any arguments: none throws, and what reaches `System` is what it takes.
 *
 * `ROUNDS=10000000 deno test -A tests/guest/linux/fuzz_test.ts` for the long run.
 */
import { assert, assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import type { Register } from "../../../lib/guest/linux/register.ts";
import { type Dialect, SYSCALLS } from "../../../lib/guest/linux/syscall_table.ts";
import { GuestMemory } from "../../../lib/guest/memory.ts";
import { Random } from "../../linux/random.ts";
import { fakeSystem } from "./fake_system.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 60_000);
const SIZE = 65_536;

/** Registers at the edges of what there is. */
const EDGES: readonly Register[] = [
  0,
  1,
  2,
  3,
  8,
  16,
  128,
  4096,
  SIZE - 16,
  SIZE - 1,
  SIZE,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 47,
  2 ** 53 - 1,
  -1,
  -100,
  -4096,
  -(2 ** 31),
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  -(2n ** 63n),
  0.5,
  NaN,
  Infinity,
  -Infinity,
];

function registerOf(random: Random): Register {
  switch (random.integer(4)) {
    case 0:
      return random.pick(EDGES);
    case 1:
      return random.integer(SIZE);
    case 2:
      return random.integer(256);
    default:
      return random.integer(2) === 0 ? random.signed() : BigInt(random.signed()) * 1024n;
  }
}

/** Memory with numbers in it that make lists, lengths and pointers now and then. */
function fill(random: Random, memory: GuestMemory): void {
  for (let address = 0; address + 8 <= SIZE; address += 8) {
    const choice = random.integer(4);
    if (choice === 0) memory.store64(address, random.integer(SIZE));
    else if (choice === 1) memory.store64(address, random.integer(64));
    else if (choice === 2) memory.store64(address, 0);
    else memory.store64(address, BigInt(random.signed()) * 3n);
  }
}

const LAYOUTS: readonly (readonly [Dialect, 4 | 8])[] = [
  ["aarch64", 8],
  ["aarch64", 4],
  ["akuma", 4],
];

for (const [dialect, pointerSize] of LAYOUTS) {
  Deno.test(`no ${dialect} call throws, pointers of ${pointerSize} bytes`, () => {
    const random = new Random(pointerSize * 7 + dialect.length);
    const source = new WebAssembly.Memory({ initial: 1, maximum: 3 });
    const memory = new GuestMemory(source, { pointerSize });
    const rows = SYSCALLS[dialect];
    let abi = new LinuxAbi(fakeSystem(random), memory, { dialect });
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 500 === 0) fill(random, memory);
      if (abi.exitStatus !== null) abi = new LinuxAbi(fakeSystem(random), memory, { dialect });
      const row = random.pick(rows);
      const registers = Array.from({ length: 6 }, () => registerOf(random));
      const [a0, a1, a2, a3, a4, a5] = registers;
      const result = abi.syscall(row.number, a0, a1, a2, a3, a4, a5);
      assert(
        Number.isInteger(result) && result > -4096,
        `${row.name}(${registers.map(String).join(", ")}) gives ${result}`,
      );
    }
    assertEquals(memory.size <= 3 * SIZE, true);
  });
}
