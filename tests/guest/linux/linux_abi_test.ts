import { assert, assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { type Dialect, SYSCALLS } from "../../../lib/guest/linux/syscall_table.ts";
import { GuestMemory } from "../../../lib/guest/memory.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { trace } from "../../../lib/trace/mod.ts";
import { Guest } from "../../kernel/guest.ts";
import { checkRows, testAbiOnEach } from "./abi_guest.ts";

const DIALECTS: readonly Dialect[] = ["aarch64", "akuma"];

Deno.test("syscall() refuses unknown numbers, counts them and shows them in traces", () => {
  using guest = new Guest("deno");
  let text = "";
  const abi = new LinuxAbi(trace(guest.kernel, (piece) => text += piece), new ArrayBuffer(4096));
  for (const number of [5000, 5000n, -1, 0, 2 ** 31, 2 ** 32 + 5000, 1e300, NaN]) {
    assertEquals(abi.syscall(number, 1, -2n, 0, 3), -Errno.ENOSYS, String(number));
  }
  assertEquals(abi.unknownCalls.get(5000), 3, "the low 32 bits are the number");
  assertEquals(abi.unknownCalls.get(-1), 1);
  assertEquals(abi.unknownCalls.get(0), 3, "io_setup is in no table");
  const [line = ""] = text.split("\n");
  assertEquals(
    line.replace(/ +=/, " ="),
    "syscall_0x1388(0x1, 0xfffffffffffffffe, 0, 0x3, 0, 0) = " +
      "-1 ENOSYS (Function not implemented)",
  );
  assert(text.includes("syscall_0xffffffff("));
});

Deno.test("unknownCalls has 256 different numbers at most", () => {
  using guest = new Guest("deno");
  const abi = new LinuxAbi(guest.kernel, new ArrayBuffer(16));
  for (let number = 10_000; number < 11_000; number++) abi.syscall(number);
  abi.syscall(10_000);
  abi.syscall(10_999);
  assertEquals(abi.unknownCalls.size, 256);
  assertEquals(abi.unknownCalls.get(10_000), 2);
  assertEquals(abi.unknownCalls.get(10_999), undefined);
});

testAbiOnEach("syscall() takes numbers and BigInts of either sign", (g) => {
  const file = g.file("0123456789");
  const { abi, buffer } = g;
  checkRows([
    ["BigInts", 4, () => abi.syscall(63n, BigInt(file), BigInt(buffer), 4n)],
    [
      "the descriptor's low 32 bits",
      4,
      () => abi.syscall(63, 2n ** 63n + BigInt(file), buffer, 4n),
    ],
    ["unsigned −1", "-EBADF", () => abi.syscall(63, 2n ** 64n - 1n, buffer, 4)],
    ["unsigned offset −5 from the end", 5, () => abi.syscall(62, file, 2n ** 64n - 5n, 2)],
    ["offset −5 from the end", 5, () => abi.syscall(62n, file, -5n, 2n)],
    ["pointer beyond 2⁵³", "-EFAULT", () => abi.syscall(63, file, 2n ** 60n + 8n, 4)],
    ["missing arguments are 0", "-EBADF", () => abi.syscall(57n, 999n)],
  ]);
});

Deno.test("exitStatus is what exit or exit_group was called with first", () => {
  for (const [number, status, expected] of [[93, 7, 7], [94, 0x1ff, 255], [94, -1, 255]] as const) {
    using guest = new Guest("deno");
    const abi = new LinuxAbi(guest.kernel, new ArrayBuffer(16));
    assertEquals(abi.exitStatus, null);
    assertEquals(abi.syscall(number, status), 0);
    assertEquals(abi.exitStatus, expected);
    abi.syscall(94, 1);
    assertEquals(abi.exitStatus, expected);
  }
});

Deno.test("LinuxAbi takes every kind of memory, and a GuestMemory as it is laid out", () => {
  using guest = new Guest("deno");
  const sources = [
    new ArrayBuffer(65_536),
    new SharedArrayBuffer(65_536),
    new WebAssembly.Memory({ initial: 1 }),
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
    new GuestMemory(new ArrayBuffer(65_536), { pointerSize: 4, start: 16 }),
  ];
  for (const source of sources) {
    const abi = new LinuxAbi(guest.kernel, source);
    const isOwn = source instanceof GuestMemory;
    assertEquals(abi.memory.pointerSize, isOwn ? 4 : 8);
    assertEquals(abi.memory === source, isOwn);
    assertEquals(abi.syscall(SYS.uname, 0), isOwn ? -Errno.EFAULT : 0);
    assertEquals(abi.syscall(SYS.uname, 16), 0);
    assertEquals(abi.memory.cString(16, 65), "Linux");
  }
});

Deno.test("the tables have each number once, in order, by Linux's names", () => {
  const names: Readonly<Record<string, number>> = SYS;
  for (const dialect of DIALECTS) {
    const rows = SYSCALLS[dialect];
    const numbers = rows.map(({ number }) => number);
    assertEquals(numbers, [...new Set(numbers)].sort((left, right) => left - right));
    for (const { number, name, missing } of rows) {
      if (number !== 300 && number > 2) assertEquals(names[name], number, name);
      assert(missing === null || /^[^.]+$/.test(missing), `${name}: one sentence`);
    }
  }
  const own = SYSCALLS.akuma.filter((row) => !SYSCALLS.aarch64.includes(row));
  assertEquals(own.map(({ number, name }) => `${number} ${name}`), [
    "1 read",
    "2 write",
    "56 openat",
  ]);
});

Deno.test("each call of the tables has a test over a guest's memory", async () => {
  let source = "";
  for (const { name } of Deno.readDirSync(new URL(".", import.meta.url))) {
    if (!name.endsWith("_test.ts")) continue;
    source += await Deno.readTextFile(new URL(name, import.meta.url));
  }
  const untested = SYSCALLS.aarch64.filter(({ name }) =>
    !source.includes(`call("${name}"`) && !source.includes(`SYS.${name}`) &&
    !new RegExp(`row\\([^,]+, "${name}"`).test(source)
  ).map(({ name }) => name);
  // These have numbers in the tests' text.
  assertEquals(untested, ["exit", "exit_group", "resolve_host"]);
});
