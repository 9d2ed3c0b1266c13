import { assertEquals } from "@std/assert";
import { WasiErrno, wasiErrno } from "../../../lib/guest/wasi_p1/errno.ts";
import { Errno } from "../../../lib/linux/errno.ts";

Deno.test("WasiErrno numbers POSIX's names in alphabetical order", () => {
  const names = Object.keys(WasiErrno);
  const sorted = names.slice(2, -1);
  assertEquals([names[0], names[1], names.at(-1)], ["ESUCCESS", "E2BIG", "ENOTCAPABLE"]);
  assertEquals(sorted, sorted.toSorted());
  const numbers: readonly number[] = Object.values(WasiErrno);
  assertEquals([...numbers], names.map((_, index) => index));
  assertEquals(names.length, 77);
});

Deno.test("wasiErrno() gives the number of the same name", () => {
  const names: Readonly<Record<string, number>> = WasiErrno;
  let same = 0;
  for (const [name, number] of Object.entries(Errno)) {
    if (names[name] === undefined) continue;
    assertEquals(wasiErrno(-number), names[name], name);
    same++;
  }
  assertEquals(same, 75);
});

Deno.test("wasiErrno() gives success for a result, and a relative or EIO for other errors", () => {
  for (const result of [0, 1, 2 ** 31]) assertEquals(wasiErrno(result), 0);
  assertEquals(wasiErrno(-Errno.EOPNOTSUPP), WasiErrno.ENOTSUP);
  assertEquals(wasiErrno(-Errno.EWOULDBLOCK), WasiErrno.EAGAIN);
  assertEquals(wasiErrno(-Errno.ESHUTDOWN), WasiErrno.EPIPE);
  assertEquals(wasiErrno(-Errno.EHOSTDOWN), WasiErrno.EHOSTUNREACH);
  assertEquals(wasiErrno(-Errno.ENOTUNIQ), WasiErrno.EIO);
  assertEquals(wasiErrno(-4095), WasiErrno.EIO);
});
