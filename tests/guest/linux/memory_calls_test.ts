/** brk(2), mmap(2) and munmap(2) of a guest's memory. */
import { assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { GuestMemory, type MemorySource } from "../../../lib/guest/memory.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { Guest } from "../../kernel/guest.ts";

const PAGE = 4096;
const WASM_PAGE = 65_536;
const PRIVATE = 0x02;
const ANONYMOUS = 0x20;
const FIXED = 0x10;
const BOTH = PRIVATE | ANONYMOUS;

class Program implements Disposable {
  readonly memory: GuestMemory;
  readonly abi: LinuxAbi;
  readonly #guest = new Guest("deno");

  constructor(source: MemorySource) {
    this.memory = new GuestMemory(source);
    this.abi = new LinuxAbi(this.#guest.kernel, this.memory);
  }

  brk(address: number): number {
    return this.abi.syscall(SYS.brk, address);
  }

  mmap(length: number | bigint, flags: number = BOTH, fd = -1, offset = 0, address = 0): number {
    return this.abi.syscall(SYS.mmap, address, length, 3, flags, fd, offset);
  }

  munmap(address: number, length: number): number {
    return this.abi.syscall(SYS.munmap, address, length);
  }

  [Symbol.dispose](): void {
    this.#guest[Symbol.dispose]();
  }
}

const growing = () => new WebAssembly.Memory({ initial: 1, maximum: 10 });

Deno.test("brk() moves the end of the memory, and tells where it is", () => {
  using program = new Program(growing());
  assertEquals(program.brk(0), WASM_PAGE);
  assertEquals(program.brk(100), WASM_PAGE, "not below where it began");
  assertEquals(program.brk(-1), WASM_PAGE);
  assertEquals(program.brk(WASM_PAGE + 10), WASM_PAGE + 10);
  assertEquals(program.memory.size, 2 * WASM_PAGE);
  assertEquals(program.memory.store32(WASM_PAGE, 7), 0);
  assertEquals(program.brk(0), WASM_PAGE + 10);
  assertEquals(program.brk(WASM_PAGE), WASM_PAGE);
  assertEquals(program.memory.size, 2 * WASM_PAGE);
  assertEquals(program.brk(WASM_PAGE + 100), WASM_PAGE + 100);
  assertEquals(program.memory.load32(WASM_PAGE), 0, "what comes back is zeros");
  assertEquals(program.brk(3 * WASM_PAGE + 1), 3 * WASM_PAGE + 1);
  assertEquals(program.memory.size, 4 * WASM_PAGE);
  assertEquals(program.brk(11 * WASM_PAGE), 3 * WASM_PAGE + 1, "no more than there can be");
  assertEquals(program.brk(2 ** 60), 3 * WASM_PAGE + 1);
});

Deno.test("brk() fails where other memory stands behind, or none can be added", () => {
  using program = new Program(growing());
  assertEquals(program.brk(WASM_PAGE + 10), WASM_PAGE + 10);
  assertEquals(program.mmap(PAGE), 2 * WASM_PAGE);
  assertEquals(program.brk(2 * WASM_PAGE), 2 * WASM_PAGE);
  assertEquals(program.brk(2 * WASM_PAGE + 1), 2 * WASM_PAGE);
  using fixed = new Program(new ArrayBuffer(PAGE));
  assertEquals(fixed.brk(0), PAGE);
  assertEquals(fixed.brk(2 * PAGE), PAGE);
  assertEquals(fixed.mmap(PAGE), -Errno.ENOMEM);
  using buffer = new Program(new ArrayBuffer(PAGE, { maxByteLength: 4 * PAGE }));
  assertEquals(buffer.brk(2 * PAGE + 5), 2 * PAGE + 5);
  assertEquals(buffer.memory.size, 2 * PAGE + 5);
  assertEquals(buffer.mmap(PAGE), 3 * PAGE, "pages begin at multiples of 4096");
});

Deno.test("brk() begins behind what the guest added itself", () => {
  const source = growing();
  using program = new Program(source);
  source.grow(2);
  assertEquals(program.brk(0), 3 * WASM_PAGE);
  assertEquals(program.brk(3 * WASM_PAGE + 8), 3 * WASM_PAGE + 8);
});

Deno.test("mmap() gives zeros, and what was given back once more", () => {
  using program = new Program(growing());
  const first = program.mmap(PAGE + 1);
  assertEquals(first, WASM_PAGE);
  const second = program.mmap(PAGE);
  assertEquals(second, WASM_PAGE + 2 * PAGE, "the rest of the page is used");
  assertEquals(program.memory.size, 2 * WASM_PAGE);
  program.memory.bytes(first, 3 * PAGE)?.fill(0xee);
  assertEquals(program.munmap(first, 2 * PAGE), 0);
  assertEquals(program.mmap(2 * PAGE), first);
  assertEquals(program.memory.bytes(first, 2 * PAGE)?.every((byte) => byte === 0), true);
  assertEquals(program.memory.load8(second), 0xee);
  assertEquals(program.munmap(first + PAGE, PAGE), 0, "a part");
  assertEquals(program.mmap(PAGE), first + PAGE);
  assertEquals(program.munmap(first, 3 * PAGE), 0, "neighbours are joined");
  assertEquals(program.mmap(16 * PAGE), first);
  assertEquals(program.memory.size, 2 * WASM_PAGE);
  assertEquals(program.mmap(20 * WASM_PAGE), -Errno.ENOMEM);
});

Deno.test("mmap() and munmap() refuse as Linux does", () => {
  using program = new Program(growing());
  const rows: [number, number][] = [
    [program.mmap(0), Errno.EINVAL],
    [program.mmap(0, PRIVATE, 999), Errno.EBADF],
    [program.mmap(PAGE, PRIVATE, 0), Errno.ENODEV],
    [program.mmap(PAGE, ANONYMOUS), Errno.EINVAL],
    [program.mmap(PAGE, 0x03 | ANONYMOUS), Errno.EINVAL],
    [program.mmap(PAGE, BOTH, -1, 1), Errno.EINVAL],
    [program.mmap(PAGE, BOTH | FIXED, -1, 0, 1), Errno.EINVAL],
    [program.mmap(PAGE, BOTH | FIXED, -1, 0, PAGE), Errno.ENOMEM],
    [program.mmap(-1), Errno.ENOMEM],
    [program.mmap(2n ** 50n), Errno.ENOMEM],
    [program.munmap(1, PAGE), Errno.EINVAL],
    [program.munmap(WASM_PAGE, 0), Errno.EINVAL],
    [program.munmap(WASM_PAGE, -1), Errno.EINVAL],
    [program.munmap(0, PAGE), Errno.EINVAL],
  ];
  rows.forEach(([result, errno], index) => assertEquals(result, -errno, `row ${index}`));
  assertEquals(program.munmap(WASM_PAGE, PAGE), 0, "where nothing is, there is nothing to do");
  assertEquals(program.memory.size, WASM_PAGE);
  assertEquals(program.mmap(PAGE, 0x01 | ANONYMOUS), WASM_PAGE, "shared");
  assertEquals(program.mmap(PAGE, BOTH, -1, 0, 12_345), WASM_PAGE + PAGE, "a hint");
});
