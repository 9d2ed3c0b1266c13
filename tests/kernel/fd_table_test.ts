import { assertEquals, assertStrictEquals } from "@std/assert";
import { NR_OPEN } from "../../lib/kernel/descriptor_table.ts";
import { FdTable } from "../../lib/kernel/fd_table.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { Random } from "../linux/random.ts";
import { FakeFile } from "./fake_file.ts";

/** What is no descriptor, whatever is open. */
const NO_DESCRIPTORS = [
  NaN,
  Infinity,
  -Infinity,
  -1,
  -2,
  0.5,
  1.5,
  -0.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 32 + 1,
  2 ** 53,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
];

function makeTable(limit: number): FdTable {
  return new FdTable(limit, (file) => file.close());
}

function fill(table: FdTable, count: number): FakeFile[] {
  return Array.from({ length: count }, () => {
    const file = new FakeFile();
    table.set(table.reserve(), file, false);
    return file;
  });
}

Deno.test("FdTable reserve() counts up from 0 and takes the lowest hole first", () => {
  const table = makeTable(10);
  assertEquals(table.reserve(), 0);
  fill(table, 5);
  assertEquals(table.reserve(), 5);
  table.remove(3);
  table.remove(1);
  assertEquals(table.reserve(), 1);
  fill(table, 1);
  assertEquals(table.reserve(), 3);
  fill(table, 1);
  assertEquals(table.reserve(), 5);
});

Deno.test("FdTable reserve() asked twice gives the same number", () => {
  const table = makeTable(10);
  fill(table, 2);
  assertEquals([table.reserve(), table.reserve()], [2, 2]);
});

Deno.test("FdTable reserve() from a minimum leaves lower holes for later", () => {
  const table = makeTable(10);
  fill(table, 4);
  table.remove(1);
  assertEquals(table.reserve(2), 4);
  assertEquals(table.reserve(7), 7);
  assertEquals(table.reserve(), 1);
});

Deno.test("FdTable reserve() is EMFILE at the limit, also with a minimum", () => {
  const table = makeTable(3);
  assertEquals(table.reserve(2), 2);
  assertEquals(table.reserve(3), -Errno.EMFILE);
  fill(table, 3);
  assertEquals(table.reserve(), -Errno.EMFILE);
  assertEquals(table.reserve(1), -Errno.EMFILE);
  table.remove(0);
  assertEquals(table.reserve(), 0);
  assertEquals(table.reserve(1), -Errno.EMFILE);
});

Deno.test("FdTable limit lowered below open numbers leaves them open and takes no more", () => {
  const table = makeTable(8);
  const files = fill(table, 6);
  table.limit = 4;
  assertStrictEquals(table.get(5), files[5]);
  assertEquals(table.isAllowed(5), false);
  assertEquals(table.reserve(), -Errno.EMFILE);
  table.remove(2);
  assertEquals(table.reserve(), 2);
  table.set(2, new FakeFile(), false);
  table.remove(5);
  assertEquals(table.reserve(), -Errno.EMFILE);
  table.limit = 100;
  assertEquals(table.reserve(), 5);
});

Deno.test("FdTable limit 0 lets nothing in", () => {
  const table = makeTable(0);
  assertEquals(table.reserve(), -Errno.EMFILE);
  assertEquals(table.isAllowed(0), false);
});

Deno.test("FdTable get(), remove() and isAllowed() find nothing under what is no descriptor", () => {
  const table = makeTable(NR_OPEN);
  const files = fill(table, 3);
  for (const fd of NO_DESCRIPTORS) {
    assertEquals(table.get(fd), undefined, `get(${fd})`);
    assertEquals(table.remove(fd), undefined, `remove(${fd})`);
    assertEquals(table.isAllowed(fd), false, `isAllowed(${fd})`);
    assertEquals(table.isCloseOnExec(fd), false, `isCloseOnExec(${fd})`);
  }
  assertEquals(files.map((_, fd) => table.get(fd)), files);
  assertEquals([table.get(3), table.remove(3), table.isAllowed(3)], [undefined, undefined, true]);
  assertEquals(table.reserve(), 3);
});

Deno.test("FdTable isAllowed() ends below the limit and at Linux's fs.nr_open", () => {
  const table = makeTable(NR_OPEN);
  assertEquals(table.isAllowed(NR_OPEN - 1), true);
  assertEquals(table.isAllowed(NR_OPEN), false);
  assertEquals(table.isAllowed(0), true);
});

Deno.test("FdTable set() far above leaves everything between free", () => {
  const table = makeTable(NR_OPEN);
  const file = new FakeFile();
  table.set(1000, file, true);
  assertEquals(table.size, 1001);
  assertEquals(table.reserve(), 0);
  assertEquals(table.reserve(1000), 1001);
  assertEquals(table.get(999), undefined);
  assertEquals([table.isCloseOnExec(999), table.isCloseOnExec(1000)], [false, true]);
});

Deno.test("FdTable drop() ends a description with its last reference", () => {
  const table = makeTable(10);
  const file = new FakeFile();
  table.set(0, file, false);
  table.set(7, file, false);
  assertStrictEquals(table.remove(0), file);
  assertEquals(table.drop(file), 0);
  assertEquals(file.closed, 0);
  assertStrictEquals(table.remove(7), file);
  assertEquals(table.remove(7), undefined);
  assertEquals(table.drop(file), 0);
  assertEquals(file.closed, 1);
});

Deno.test("FdTable drop() returns what ending the description returned", () => {
  const table = new FdTable(10, () => -Errno.EIO);
  const file = new FakeFile();
  table.set(0, file, false);
  table.set(1, file, false);
  assertEquals([table.drop(file), table.drop(file)], [0, -Errno.EIO]);
});

Deno.test("FdTable replace() gives the caller what was there", () => {
  const table = makeTable(10);
  const [first, second] = [new FakeFile(), new FakeFile()];
  assertEquals(table.replace(4, first, true), null);
  assertEquals(table.isCloseOnExec(4), true);
  assertStrictEquals(table.replace(4, second, false), first);
  assertEquals([table.get(4), table.isCloseOnExec(4)], [second, false]);
  assertEquals([first.closed, table.drop(first), first.closed], [0, 0, 1]);
});

Deno.test("FdTable keeps FD_CLOEXEC with the number, not with the description", () => {
  const table = makeTable(10);
  const file = new FakeFile();
  table.set(0, file, true);
  table.set(1, file, false);
  assertEquals([table.isCloseOnExec(0), table.isCloseOnExec(1)], [true, false]);
  table.setCloseOnExec(1, true);
  table.setCloseOnExec(0, false);
  assertEquals([table.isCloseOnExec(0), table.isCloseOnExec(1)], [false, true]);
  table.remove(1);
  table.set(1, file, false);
  assertEquals(table.isCloseOnExec(1), false);
});

Deno.test("FdTable agrees with a plain model over random steps", () => {
  const random = new Random(2);
  const table = makeTable(40);
  const model = new Map<number, FakeFile>();
  let limit = 40;
  const lowest = (minimum: number): number => {
    let fd = minimum;
    while (model.has(fd)) fd++;
    return fd < limit ? fd : -Errno.EMFILE;
  };
  for (let step = 0; step < 20_000; step++) {
    const fd = random.integer(45);
    switch (random.integer(5)) {
      case 0:
        assertStrictEquals(table.remove(fd), model.get(fd));
        model.delete(fd);
        break;
      case 1: {
        const minimum = random.integer(45);
        assertEquals(table.reserve(minimum), lowest(minimum));
        break;
      }
      case 2:
        limit = random.integer(45);
        table.limit = limit;
        break;
      default: {
        const free = table.reserve();
        assertEquals(free, lowest(0));
        const file = new FakeFile();
        if (free >= 0) {
          table.set(free, file, false);
          model.set(free, file);
        }
      }
    }
    assertStrictEquals(table.get(fd), model.get(fd));
  }
});
