import { assertEquals } from "@std/assert";
import { describeFailure, runBatch } from "./batch.ts";
import { expectedOutput } from "./catalog.ts";

Deno.test("runBatch() runs each scenario in a folder of its own", async () => {
  // All of them make files of the same names.
  const names = ["files-truncate", "files-append", "files-lseek", "sendfile-basic"];
  const ended: string[] = [];
  const runs = await runBatch(names, { stack: "libc", onRun: ({ name }) => ended.push(name) });
  assertEquals(ended.toSorted(), names.toSorted());
  for (const name of names) {
    assertEquals(runs.get(name), { name, output: expectedOutput(name), error: null });
  }
});

Deno.test("runBatch() ends a scenario that takes too long, and goes on", async () => {
  const names = ["tcp-echo", "udp-basic"];
  const runs = await runBatch(names, { stack: "libc", jobs: 1, timeout: 1 });
  assertEquals([...runs.keys()], names);
  for (const { error } of runs.values()) assertEquals(error, "has not ended after 0.001 s");
});

Deno.test("describeFailure() says what was expected and what came", () => {
  const [first = "", second = ""] = expectedOutput("tcp-echo").split("\n");
  const name = "tcp-echo";
  const output = `${first}\nother`;
  assertEquals(
    describeFailure({ name, output, error: "reason" }),
    `expected <${second}>, got <other>, reason`,
  );
  assertEquals(describeFailure({ name, output: expectedOutput(name), error: null }), null);
});
