import { assert, assertEquals, assertThrows } from "@std/assert";
import { WasiError } from "../../../lib/guest/wasi_p1/wasi_error.ts";
import { WasiPreview1, type WasiPreview1Options } from "../../../lib/guest/wasi_p1/preview1.ts";
import { type Guest, testOn, testOnEach } from "../../kernel/guest.ts";
import { openDescriptors } from "../../kernel/open_descriptors.ts";
import { buildModule, type ModuleParts } from "./module_builder.ts";

const EXIT = { name: "proc_exit", parameters: "i" };
const CALL = 0x10;
const I32_CONST = 0x41;
const UNREACHABLE = 0x00;
const TRY = 0x06;
const CATCH_ALL = 0x19;
const END = 0x0b;
const VOID = 0x40;

/** Calls proc_exit with a status below 64. */
function exitWith(status: number): number[] {
  return [I32_CONST, status, CALL, 0];
}

/** A guest and an instance of a module. */
function start(guest: Guest, parts: ModuleParts, options: WasiPreview1Options = {}): number {
  using wasi = new WasiPreview1({ system: guest.kernel, ...options });
  const bytes = buildModule(parts);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.imports(bytes));
  return wasi.start(instance);
}

testOn(
  "deno",
  "start() gives the status of proc_exit(), 0 for a program that just ends",
  (guest) => {
    assertEquals(start(guest, { imports: [EXIT], functions: { _start: exitWith(7) } }), 7);
    assertEquals(start(guest, { functions: { _start: [] } }), 0);
  },
);

testOn("deno", "proc_exit() ends a guest that catches everything", (guest) => {
  const body = [TRY, VOID, ...exitWith(3), CATCH_ALL, ...exitWith(9), END, ...exitWith(11)];
  assertEquals(start(guest, { imports: [EXIT], functions: { _start: body } }), 3);
});

testOn("deno", "start() throws what traps, and nothing else of the guest's", (guest) => {
  const parts = { functions: { _start: [UNREACHABLE] } };
  assertThrows(() => start(guest, parts), WebAssembly.RuntimeError, "unreachable");
  // A function that calls itself.
  const endless = { functions: { _start: [CALL, 0] } };
  assertThrows(() => start(guest, endless), RangeError);
});

testOn("deno", "start() refuses what is no program", (guest) => {
  assertThrows(() => start(guest, { functions: {} }), WasiError, "exports no _start");
  const hidden = { functions: { _start: [] }, memory: null };
  assertThrows(() => start(guest, hidden), WasiError, "exports no memory");
});

testOn("deno", "initialize() makes a reactor ready, with _initialize or without", (guest) => {
  using wasi = new WasiPreview1({ system: guest.kernel });
  const bytes = buildModule({ imports: [EXIT], functions: { _initialize: [], run: exitWith(5) } });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.imports(bytes));
  wasi.initialize(instance);
  assertEquals(wasi.exitStatus, null);
  assertThrows(() => (instance.exports.run as () => void)(), WebAssembly.RuntimeError);
  assertEquals(wasi.exitStatus, 5);
});

testOnEach("directories come first, then listening sockets", (guest) => {
  const fdstat = { name: "fd_fdstat_get", parameters: "ii", results: "i" };
  const [at, drop, load8] = [[I32_CONST, 0xc0, 0x00], 0x1a, [0x2d, 0, 0]] as const;
  const types = [3, 4, 5, 6, 7].map((fd) => {
    // Exits with the type that fd_fdstat_get writes first.
    const body = [I32_CONST, fd, ...at, CALL, 1, drop, ...at, ...load8, CALL, 0];
    return start(guest, { imports: [EXIT, fdstat], functions: { _start: body } }, {
      directories: [{ host: guest.folder, guest: "/a" }, { host: guest.folder, guest: "." }],
      listeners: ["127.0.0.1:0", "[::]:0", "localhost:0"],
    });
  });
  assertEquals(types, [3, 3, 6, 6, 6]);
});

testOnEach("a guest that cannot be set up says why, and leaves nothing open", (guest) => {
  const good = { host: guest.folder, guest: "/" };
  const { kernel } = guest;
  // What the stack opens for itself is open from now on.
  new WasiPreview1({ system: kernel, listeners: ["127.0.0.1:0"] })[Symbol.dispose]();
  const before = openDescriptors();
  const cases: [WasiPreview1Options, string][] = [
    [
      { directories: [good, { host: "/no/such", guest: "/" }] },
      "Cannot open /no/such for the guest",
    ],
    [{ directories: [good], listeners: ["nowhere"] }, "Cannot listen on nowhere: an address is"],
    [{ listeners: ["127.0.0.1:65536"] }, "Cannot listen on 127.0.0.1:65536: an address is"],
    [{ listeners: ["192.0.2.1:0"] }, "Cannot listen on 192.0.2.1:0: "],
    [{ listeners: ["127.0.0.1:0", "no.such.name.invalid:80"] }, "no.such.name.invalid:80: "],
    [{ args: ["a\0b"] }, "it holds a NUL"],
    [{ environment: [["A", "b\0"]] }, "it holds a NUL"],
    [{ directories: [{ host: guest.folder, guest: "\0" }] }, "it holds a NUL"],
  ];
  for (const [options, message] of cases) {
    const error = assertThrows(() => new WasiPreview1({ system: kernel, ...options }), WasiError);
    assert(error.message.includes(message), error.message);
    assert(!error.message.includes("\n"));
  }
  assertEquals(openDescriptors(), before);
});

testOnEach("disposing a guest closes what it has, and the system stays open", (guest) => {
  const options: WasiPreview1Options = {
    system: guest.kernel,
    directories: [{ host: guest.folder, guest: "/" }],
    listeners: ["127.0.0.1:0"],
  };
  new WasiPreview1(options)[Symbol.dispose]();
  const before = openDescriptors();
  for (let round = 0; round < 20; round++) {
    using wasi = new WasiPreview1(options);
    assertEquals(wasi.exitStatus, null);
    wasi[Symbol.dispose]();
  }
  assertEquals(openDescriptors(), before);
  for (const fd of [0, 1, 2]) assert(guest.kernel.kind(fd) > 0);
});
