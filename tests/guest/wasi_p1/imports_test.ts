import { assertEquals, assertThrows } from "@std/assert";
import { WasiErrno } from "../../../lib/guest/wasi_p1/errno.ts";
import { FUNCTIONS } from "../../../lib/guest/wasi_p1/imports.ts";
import { WasiError } from "../../../lib/guest/wasi_p1/wasi_error.ts";
import { WasiPreview1 } from "../../../lib/guest/wasi_p1/preview1.ts";
import { testOn } from "../../kernel/guest.ts";
import { buildModule, type ImportedFunction } from "./module_builder.ts";

/** Preview 1's functions with their types, from wasi_snapshot_preview1.witx by the canonical ABI. */
const PREVIEW1: Readonly<Record<string, string>> = {
  "args_get": "ii",
  "args_sizes_get": "ii",
  "clock_res_get": "ii",
  "clock_time_get": "iIi",
  "environ_get": "ii",
  "environ_sizes_get": "ii",
  "fd_advise": "iIIi",
  "fd_allocate": "iII",
  "fd_close": "i",
  "fd_datasync": "i",
  "fd_fdstat_get": "ii",
  "fd_fdstat_set_flags": "ii",
  "fd_fdstat_set_rights": "iII",
  "fd_filestat_get": "ii",
  "fd_filestat_set_size": "iI",
  "fd_filestat_set_times": "iIIi",
  "fd_pread": "iiiIi",
  "fd_prestat_dir_name": "iii",
  "fd_prestat_get": "ii",
  "fd_pwrite": "iiiIi",
  "fd_read": "iiii",
  "fd_readdir": "iiiIi",
  "fd_renumber": "ii",
  "fd_seek": "iIii",
  "fd_sync": "i",
  "fd_tell": "ii",
  "fd_write": "iiii",
  "path_create_directory": "iii",
  "path_filestat_get": "iiiii",
  "path_filestat_set_times": "iiiiIIi",
  "path_link": "iiiiiii",
  "path_open": "iiiiiIIii",
  "path_readlink": "iiiiii",
  "path_remove_directory": "iii",
  "path_rename": "iiiiii",
  "path_symlink": "iiiii",
  "path_unlink_file": "iii",
  "poll_oneoff": "iiii",
  "proc_exit": "i",
  "proc_raise": "i",
  "random_get": "ii",
  "sched_yield": "",
  "sock_accept": "iii",
  "sock_recv": "iiiiii",
  "sock_send": "iiiii",
  "sock_shutdown": "ii",
};

/** WasmEdge's functions, those of two versions with both. */
const WASMEDGE: Readonly<Record<string, readonly string[]>> = {
  "sock_open": ["iii"],
  "sock_bind": ["iii"],
  "sock_listen": ["ii"],
  "sock_accept": ["ii", "iii"],
  "sock_connect": ["iii"],
  "sock_recv_from": ["iiiiiii", "iiiiiiii"],
  "sock_send_to": ["iiiiiii"],
  "sock_setsockopt": ["iiiii"],
  "sock_getsockopt": ["iiiii"],
  "sock_getlocaladdr": ["iiii", "iii"],
  "sock_getpeeraddr": ["iiii", "iii"],
  "sock_getaddrinfo": ["iiiiiiii"],
};

function resultsOf(name: string): string {
  return name === "proc_exit" ? "" : "i";
}

function row(name: string, parameters: string, results = resultsOf(name)): ImportedFunction {
  return { name, parameters, results };
}

testOn("deno", "imports() links every function of preview 1 and of WasmEdge", (guest) => {
  using wasi = new WasiPreview1({ system: guest.kernel });
  const imports = [
    ...Object.entries(PREVIEW1).map(([name, parameters]) => row(name, parameters)),
    ...Object.entries(WASMEDGE).flatMap(([name, types]) => {
      return types.map((parameters) => row(name, parameters));
    }),
    ...["sock_open", "sock_bind"].map((name) => row(`${name}_v2`, "iii")),
  ];
  for (const one of imports) {
    const bytes = buildModule({ imports: [one] });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.imports(bytes));
    assertEquals(instance instanceof WebAssembly.Instance, true);
  }
  const names = new Set([...Object.keys(PREVIEW1), ...Object.keys(WASMEDGE)]);
  assertEquals(Object.keys(FUNCTIONS).toSorted(), [...names].toSorted());
});

testOn("deno", "imports() refuses a function that there is not, or of another type", (guest) => {
  using wasi = new WasiPreview1({ system: guest.kernel });
  const cases: [ImportedFunction, string][] = [
    [row("sock_fly", "i"), "wasi_snapshot_preview1.sock_fly, which there is not"],
    [row("constructor", "i"), "wasi_snapshot_preview1.constructor, which there is not"],
    [row("__proto___v2", "i"), "which there is not"],
    [row("fd_read_v3", "iiii"), "which there is not"],
    [row("fd_close", "I"), "fd_close, of type (i64) -> (i32) where it has (i32) -> (i32)"],
    [row("fd_close", "i", ""), "of type (i32) -> () where it has (i32) -> (i32)"],
    [row("proc_exit", "i", "i"), "where it has (i32) -> ()"],
    [row("fd_read", "iiir"), "(i32, i32, i32, a reference)"],
    [row("sock_accept", "iiii"), "(i32, i32, i32) -> (i32) or (i32, i32) -> (i32)"],
  ];
  for (const [one, message] of cases) {
    assertThrows(() => wasi.imports(buildModule({ imports: [one] })), WasiError, message);
  }
});

testOn(
  "deno",
  "imports() links both versions of a function for a module that has both",
  (guest) => {
    using wasi = new WasiPreview1({ system: guest.kernel });
    const [first, second] = ["ii", "iii"].map((type) => row("sock_accept", type));
    const exit = row("proc_exit", "i");
    const [constant, call, add] = [0x41, 0x10, 0x6a];
    // Both are ENOTSOCK for standard input; their sum is the status.
    const body = [
      ...[constant, 0, constant, 0, call, 0],
      ...[constant, 0, constant, 0, constant, 0, call, 1],
      ...[add, call, 2],
    ];
    const bytes = buildModule({
      imports: [first as ImportedFunction, second as ImportedFunction, exit],
      functions: { _start: body },
    });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.imports(bytes));
    assertEquals(wasi.start(instance), 2 * WasiErrno.ENOTSOCK);
  },
);

testOn("deno", "imports() leaves other modules' functions to others", (guest) => {
  using wasi = new WasiPreview1({ system: guest.kernel });
  const imports = [{ module: "env", name: "own", parameters: "r", results: "F" }];
  assertEquals(wasi.imports(buildModule({ imports })), { wasi_snapshot_preview1: {} });
});
