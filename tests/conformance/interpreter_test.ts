import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { runScenario } from "./interpreter.ts";
import { ScenarioError } from "./scenario.ts";

// A system whose descriptors count up from 5.
function fixture(): System {
  let next = 5;
  const open = new Set<number>();
  const make = (): number => {
    open.add(next);
    return next++;
  };
  const system: Partial<System> = {
    socket: make,
    dup: (fd) => open.has(fd) ? make() : -Errno.EBADF,
    close: (fd) => open.delete(fd) ? 0 : -Errno.EBADF,
    getsockname: () => -Errno.ENOTSOCK,
    pipe2: (fds) => {
      fds.set([make(), make()]);
      return 0;
    },
  };
  return system as System;
}

function run(text: string, now?: () => number): string {
  let output = "";
  const write = (part: string): void => void (output += part);
  const options = { system: fixture(), directory: "/nowhere", write };
  runScenario(text, now === undefined ? options : { ...options, now });
  return output;
}

Deno.test("runScenario() prints a line for each statement with the line's number", () => {
  const scenario = "# title\na = socket AF_INET SOCK_STREAM 0\n\n#: fact\nclose a\nclose a\n";
  assertEquals(run(scenario), "2 socket fd:a\n5 close 0\n6 close -EBADF\n");
});

Deno.test("runScenario() names pairs, and descriptors without a name fd:_", () => {
  assertEquals(
    run("r,w = pipe\ndup r\nx = pipe2 0"),
    [
      "1 pipe 0 fd:r fd:w",
      "2 dup fd:_",
      "3 pipe2 0 fd:x fd:_",
      "",
    ].join("\n"),
  );
});

Deno.test("runScenario() counts fdnum from the first descriptor", () => {
  assertEquals(
    run("r,w = pipe\nfdnum w\nfdnum 2\nfdabs w"),
    [
      "1 pipe 0 fd:r fd:w",
      "2 fdnum +1",
      "3 fdnum -3",
      "4 fdabs 6",
      "",
    ].join("\n"),
  );
});

Deno.test("runScenario() measures the previous statement", () => {
  // Each statement takes 10 ms.
  let time = 0;
  const now = (): number => time += 10;
  const scenario = "close 1\ntook 10 20\ntook 11 20\ntook 0 9";
  assertEquals(
    run(scenario, now),
    [
      "1 close -EBADF",
      "2 took ok",
      "3 took too-short",
      "4 took too-long",
      "",
    ].join("\n"),
  );
});

Deno.test("runScenario() stops at a mistake and says where it is", () => {
  const cases: [string, string, string][] = [
    ["close 1\nfrobnicate x", "line 2 (frobnicate): unknown operation", "1 close -EBADF\n"],
    ["constructor", "line 1 (constructor): unknown operation", ""],
    ["close", "line 1 (close): missing argument 1", "1 close "],
    ["close a", "line 1 (close): unknown descriptor name a", "1 close "],
    ['# x\nclose 1 "', "line 2: unterminated string", ""],
    ["poll 1 POLLIN", "line 1 (poll): poll wants FD EVENTS ... TIMEOUT", "1 poll "],
  ];
  for (const [scenario, message, printed] of cases) {
    let output = "";
    const write = (part: string): void => void (output += part);
    assertThrows(
      () => runScenario(scenario, { system: fixture(), directory: "/nowhere", write }),
      ScenarioError,
      message,
    );
    assertEquals(output, printed);
  }
});
