/** brk(2), mmap(2) and munmap(2) of a guest's memory. */
import { assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { GuestMemory, type MemorySource } from "../../../lib/guest/memory.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { Guest } from "../../kernel/guest.ts";
import { Random } from "../../linux/random.ts";

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

Deno.test("mmap() at an address takes what it gave itself, and nothing else", () => {
  using program = new Program(growing());
  const address = program.mmap(4 * PAGE);
  const fixed = (at: number, flags: number) => program.mmap(PAGE, BOTH | flags, -1, 0, at);
  const NOREPLACE = 0x100000;
  assertEquals(program.memory.store32(address, 7), 0);
  assertEquals(fixed(address, NOREPLACE), -Errno.EEXIST);
  assertEquals(fixed(address, FIXED | NOREPLACE), -Errno.EEXIST);
  assertEquals(program.memory.load32(address), 7);
  assertEquals(fixed(address, FIXED), address);
  assertEquals(program.memory.load32(address), 0, "new memory is zeros");
  assertEquals(program.munmap(address + PAGE, PAGE), 0);
  assertEquals(fixed(address + PAGE, NOREPLACE), address + PAGE);
  assertEquals(fixed(0, FIXED), -Errno.ENOMEM, "the program's own");
  assertEquals(fixed(100 * WASM_PAGE, FIXED), -Errno.ENOMEM, "there is none");
});

Deno.test("mremap() grows where there is room, and moves where it may", () => {
  using program = new Program(growing());
  const { memory } = program;
  const mremap = (address: number, ...rest: number[]) =>
    program.abi.syscall(SYS.mremap, address, ...rest);
  const address = program.mmap(4 * PAGE);
  assertEquals(memory.store32(address, 7), 0);
  assertEquals(mremap(address, 4 * PAGE, PAGE, 0), address);
  assertEquals(memory.store32(address + PAGE, 9), 0);
  assertEquals(mremap(address, PAGE, 2 * PAGE, 0), address);
  assertEquals(memory.load32(address + PAGE), 0, "what is added is zeros");
  const behind = program.mmap(PAGE);
  assertEquals(behind, address + 2 * PAGE);
  assertEquals(mremap(address, 2 * PAGE, 3 * PAGE, 0), -Errno.ENOMEM);
  const moved = mremap(address, 2 * PAGE, 3 * PAGE, 1);
  assertEquals([memory.load32(moved), memory.load32(moved + PAGE)], [7, 0]);
  assertEquals(program.mmap(2 * PAGE), address, "what it was is free");
  for (
    const [errno, args] of [
      [Errno.EINVAL, [moved + 1, PAGE, PAGE, 0]],
      [Errno.EINVAL, [moved, PAGE, 0, 0]],
      [Errno.EINVAL, [moved, 0, PAGE, 1]],
      [Errno.EINVAL, [moved, PAGE, PAGE, 8]],
      [Errno.EFAULT, [0, PAGE, PAGE, 1]],
      [Errno.EFAULT, [0, PAGE, 2 * PAGE, 1]],
      [Errno.ENOMEM, [moved, PAGE, -1, 1]],
    ] as const
  ) {
    assertEquals(mremap(...(args as unknown as [number])), -errno, args.join());
  }
});

Deno.test("mprotect() and madvise() look at the range", () => {
  using program = new Program(growing());
  const address = program.mmap(2 * PAGE);
  const mprotect = (at: number, length: number, protection: number) =>
    program.abi.syscall(SYS.mprotect, at, length, protection);
  const madvise = (at: number, length: number, advice: number) =>
    program.abi.syscall(SYS.madvise, at, length, advice);
  const beyond = 10 * WASM_PAGE;
  assertEquals(program.memory.store32(address, 7), 0);
  assertEquals(
    [
      mprotect(address, PAGE, 1),
      mprotect(address, 0, 1),
      mprotect(address + 1, PAGE, 1),
      mprotect(address, PAGE, 99),
      mprotect(beyond, PAGE, 1),
      mprotect(address, -1, 1),
    ],
    [0, 0, -Errno.EINVAL, -Errno.EINVAL, -Errno.ENOMEM, -Errno.ENOMEM],
  );
  assertEquals(
    [
      madvise(address, PAGE, 8),
      madvise(address, PAGE, 14),
      madvise(address, 0, 4),
      madvise(address + 1, PAGE, 4),
      madvise(address, PAGE, 999),
      madvise(beyond, PAGE, 4),
      madvise(0, PAGE, 4),
    ],
    [0, 0, 0, -Errno.EINVAL, -Errno.EINVAL, -Errno.ENOMEM, -Errno.EINVAL],
  );
  assertEquals(program.memory.load32(address), 7);
  assertEquals(madvise(address, PAGE, 4), 0);
  assertEquals(program.memory.load32(address), 0, "MADV_DONTNEED");
});

Deno.test("mmap() and munmap() in any order keep apart what is mapped", () => {
  using program = new Program(new WebAssembly.Memory({ initial: 1, maximum: 2000 }));
  const { memory } = program;
  const random = new Random(11);
  const mapped = new Map<number, number>();
  for (let round = 1; round <= 3000; round++) {
    if (random.integer(5) < 3) {
      const pages = 1 + random.integer(6);
      const address = program.mmap(pages * PAGE);
      for (let page = address; page < address + pages * PAGE; page += PAGE) {
        assertEquals([memory.load32(page), mapped.has(page)], [0, false]);
        memory.store32(page, round);
        mapped.set(page, round);
      }
    } else if (mapped.size > 0) {
      const page = random.pick([...mapped.keys()]);
      assertEquals(program.munmap(page, 2 * PAGE), 0);
      mapped.delete(page);
      mapped.delete(page + PAGE);
    }
  }
  for (const [page, round] of mapped) assertEquals(memory.load32(page), round);
});
