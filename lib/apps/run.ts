/**
 * `vmsock run`, `vmsock check`, `vmsock test`: guests, and moca scripts.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { SCRIPT_OPTIONS } from "./script/script_options.ts";

/** The row for `vmsock run`. */
export const runCommand: Command = {
  name: "run",
  summary: "run a guest: a moca script or a WebAssembly program",
  operands: "PROGRAM [ARG…]",
  description:
    `PROGRAM is FILE.mc, a script, or WebAssembly: a module that imports "linux" "syscall", "akuma"
"syscall" or "wasi_snapshot_preview1", or a component of WASI 0.2. Its calls go to the stack; what
it opens, Deno's permissions and --allow-net govern. Reading PROGRAM needs --allow-read. A script's
threads run at the same time if that covers this program's own files, else they take turns; those
of a module ("wasi" "thread-spawn") need it, and --allow-ffi. Exit status: the
program's own; 134 for WebAssembly that traps; 1 for a script that is wrong or fails, with the
error, its position and the calls that led there on standard error; 1 too after --timeout, or 137
(SIGKILL) for what cannot be ended otherwise without --allow-ffi.`,
  options: [
    { name: "code", short: "c", value: "CODE", help: "a script itself instead of a file" },
    ...SCRIPT_OPTIONS,
    { name: "dump-bytecode", help: "print what a script compiles to and do not run it" },
    { name: "env", value: "NAME=VALUE", help: "a variable of a WebAssembly program; repeatable" },
    {
      name: "dir",
      value: "HOST::GUEST",
      help: "a folder that a WASI program finds open; repeatable",
    },
    {
      name: "tcplisten",
      value: "ADDR:PORT",
      help: "a non-blocking socket that listens, likewise (preview 1)",
    },
    {
      name: "network",
      value: "NAME=RULE",
      help: "what a network of its own allows; NAME=!RULE denies; repeatable",
    },
  ],
  examples: [
    ["vmsock run examples/http_get.mc 127.0.0.1 80 /", "a script with arguments"],
    [`vmsock run -c 'print(6 * 7);'`, "a script on the command line"],
    ["vmsock run --env LANG=C server.wasm 8080", "a WebAssembly program"],
    ["vmsock run --tcplisten 127.0.0.1:80 server.wasm", "one that finds a socket that listens"],
    ["vmsock run --dir /srv/www::/ server.component.wasm", "a component, with a folder"],
    ["vmsock run --network db=10.0.0.5:5432 app.component.wasm", "one with a network of its own"],
    ["vmsock --trace run examples/resolve.mc localhost", "show each system call"],
  ],
  stopEarly: true,
  run: async (invocation) => {
    const { runProgramCommand } = await import("./run_program_command.ts");
    return await runProgramCommand(invocation);
  },
};

/** The row for `vmsock check`. */
export const checkCommand: Command = {
  name: "check",
  summary: "find what is wrong with a moca script without running it",
  operands: "FILE.mc",
  description:
    `Needs --allow-read=FILE.mc. Prints each error with its position to standard error; exit status 1 if
there is one.`,
  options: [],
  examples: [["vmsock check examples/http_get.mc", "check a script"]],
  run: async (invocation) => {
    const { checkScriptCommand } = await import("./script/check_script.ts");
    return checkScriptCommand(invocation);
  },
};

/** The row for `vmsock test`. */
export const testCommand: Command = {
  name: "test",
  summary: "run the _test_ functions of moca scripts",
  operands: "[FOLDER]",
  description:
    `Looks for .mc files in the folder and below it, by default in the current one, and runs each
function whose name begins with _test_ in a program of its own. Needs --allow-read=FOLDER. Exit
status 1 if one fails.`,
  options: SCRIPT_OPTIONS,
  examples: [["vmsock test tests", "run the tests in a folder"]],
  run: async (invocation) => {
    const { testScriptsCommand } = await import("./script/test_scripts.ts");
    return await testScriptsCommand(invocation);
  },
};
