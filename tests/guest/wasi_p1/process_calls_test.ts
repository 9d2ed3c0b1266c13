import { assert, assertEquals } from "@std/assert";
import { testOn } from "../../kernel/guest.ts";
import { MEMORY_SIZE, WasiGuest } from "./wasi_guest.ts";

const ARGS = ["program", "", "zwei ü"];
const ENVIRONMENT = ["A=1", "LONG=some text"];

testOn(
  "deno",
  "args_get() writes the strings one after the other, and where they begin",
  (guest) => {
    const wasi = new WasiGuest(guest.kernel, { args: ARGS });
    const [count, length] = [wasi.room(4), wasi.room(4)];
    wasi.ok("args_sizes_get", count, length);
    assertEquals(wasi.memory.load32(count), 3);
    assertEquals(wasi.memory.load32(length), 8 + 1 + 8);
    const [pointers, strings] = [wasi.room(12), wasi.room(17)];
    wasi.ok("args_get", pointers, strings);
    assertEquals(wasi.text(strings, 17), "program\0\0zwei ü\0");
    const places = [0, 1, 2].map((index) => wasi.memory.load32(pointers + 4 * index) - strings);
    assertEquals(places, [0, 8, 9]);
  },
);

testOn("deno", "environ_get() does the same with the environment", (guest) => {
  const wasi = new WasiGuest(guest.kernel, { environment: ENVIRONMENT });
  const [count, length] = [wasi.room(4), wasi.room(4)];
  wasi.ok("environ_sizes_get", count, length);
  assertEquals([wasi.memory.load32(count), wasi.memory.load32(length)], [2, 19]);
  const [pointers, strings] = [wasi.room(8), wasi.room(19)];
  wasi.ok("environ_get", pointers, strings);
  assertEquals(wasi.text(strings, 19), "A=1\0LONG=some text\0");
});

testOn(
  "deno",
  "args and environment are EFAULT where they do not fit, and write nothing",
  (guest) => {
    const wasi = new WasiGuest(guest.kernel, { args: ARGS, environment: ENVIRONMENT });
    const good = wasi.room(32);
    wasi.memory.bytes(good, 32)?.fill(0xa5);
    for (const name of ["args_get", "environ_get", "args_sizes_get", "environ_sizes_get"]) {
      for (const bad of [MEMORY_SIZE - 3, MEMORY_SIZE, -1, 2 ** 31]) {
        assertEquals(wasi.call(name, good, bad), "EFAULT", name);
        assertEquals(wasi.call(name, bad, good), "EFAULT", name);
      }
    }
    assert(wasi.memory.bytes(good, 32)?.every((byte) => byte === 0xa5));
  },
);

testOn(
  "deno",
  "clock_time_get() tells the time of each clock, clock_res_get() its step",
  (guest) => {
    const wasi = new WasiGuest(guest.kernel);
    const at = wasi.room(8);
    const time = (clock: number): bigint => {
      wasi.ok("clock_time_get", clock, 0n, at);
      return wasi.memory.loadBigUint64(at) ?? 0n;
    };
    const wall = time(0);
    const milliseconds = Number(wall / 1_000_000n);
    assert(Math.abs(milliseconds - Date.now()) < 1000, `${milliseconds}`);
    for (const clock of [1, 2, 3]) {
      const first = time(clock);
      assert(time(clock) >= first && first >= 0n, `clock ${clock}`);
    }
    assert(time(2) > 0n);
    for (const clock of [0, 1, 2, 3]) {
      wasi.ok("clock_res_get", clock, at);
      assert((wasi.memory.loadBigUint64(at) ?? 0n) > 0n);
    }
  },
);

testOn("deno", "clocks are EINVAL for another number, EFAULT for a bad pointer", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const at = wasi.room(8);
  for (const clock of [4, -1, 2 ** 31]) {
    assertEquals(wasi.call("clock_time_get", clock, 0n, at), "EINVAL");
    assertEquals(wasi.call("clock_res_get", clock, at), "EINVAL");
  }
  assertEquals(wasi.call("clock_time_get", 0, 0n, MEMORY_SIZE - 7), "EFAULT");
  assertEquals(wasi.call("clock_res_get", 0, -8), "EFAULT");
});

testOn("deno", "random_get() fills just what it is given, however long", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const size = 2 * 65_536 + 5;
  const at = wasi.room(size + 2);
  wasi.ok("random_get", at + 1, size);
  const bytes = wasi.memory.bytes(at, size + 2) ?? new Uint8Array();
  assertEquals([bytes[0], bytes[size + 1]], [0, 0]);
  // Each 64 KiB is another piece, and none of them can be zeros but for a broken generator.
  for (const start of [1, 65_537, 131_073]) {
    assert(bytes.subarray(start, start + 5).some((byte) => byte !== 0), `${start}`);
  }
  wasi.ok("random_get", 0, 0);
  assertEquals(wasi.call("random_get", at, 2 ** 32 - 1), "EFAULT");
  assertEquals(wasi.call("random_get", MEMORY_SIZE, 1), "EFAULT");
});

testOn("deno", "sched_yield() succeeds", (guest) => {
  assertEquals(new WasiGuest(guest.kernel).call("sched_yield"), "ESUCCESS");
});

/** The exit status after a call that ends the guest. */
function statusAfter(wasi: WasiGuest, name: string, argument: number): number | null {
  try {
    wasi.call(name, argument);
  } catch (error) {
    assert(error instanceof WebAssembly.RuntimeError, String(error));
  }
  return wasi.process.exitStatus;
}

testOn("deno", "proc_exit() ends the guest with the low 8 bits of its status", (guest) => {
  for (const [status, expected] of [[0, 0], [33, 33], [255, 255], [256, 0], [-1, 255]] as const) {
    assertEquals(statusAfter(new WasiGuest(guest.kernel), "proc_exit", status), expected);
  }
});

testOn("deno", "proc_raise() ends the guest, or does nothing, as signal(7) says", (guest) => {
  // SIGHUP, SIGABRT, SIGKILL, SIGTERM; from SIGXCPU on Linux has numbers one higher.
  const deadly = [[1, 129], [6, 134], [9, 137], [15, 143], [23, 152], [30, 159]] as const;
  for (const [signal, status] of deadly) {
    assertEquals(statusAfter(new WasiGuest(guest.kernel), "proc_raise", signal), status);
  }
  const wasi = new WasiGuest(guest.kernel);
  for (const ignored of [0, 16, 17, 22, 27]) wasi.ok("proc_raise", ignored);
  for (const stop of [18, 19, 20, 21]) assertEquals(wasi.call("proc_raise", stop), "ENOTSUP");
  for (const none of [31, 255, -1]) assertEquals(wasi.call("proc_raise", none), "EINVAL");
  assertEquals(wasi.process.exitStatus, null);
});

testOn("deno", "functions follow a memory that grows", (guest) => {
  const wasi = new WasiGuest(guest.kernel, { args: ARGS });
  wasi.wasmMemory.grow(1);
  wasi.ok("random_get", MEMORY_SIZE, 8);
  assertEquals(wasi.call("random_get", MEMORY_SIZE + 65_536, 8), "EFAULT");
});
