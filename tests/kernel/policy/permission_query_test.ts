import { assert, assertEquals } from "@std/assert";
import { HostQuery, PathQuery } from "../../../lib/kernel/policy/permission_query.ts";
import { runDeno } from "./deno_program.ts";

Deno.test({
  name: "ask() tells hosts apart, asked by the same query",
  permissions: { net: ["127.0.0.1:80", "example.com"] },
  fn() {
    const query = new HostQuery();
    const answers = ["127.0.0.1:80", "127.0.0.1:81", "127.0.0.1:80", "example.com", "a b", ""]
      .map((host) => query.ask(host));
    assertEquals(answers, ["granted", "prompt", "granted", "granted", "denied", "denied"]);
  },
});

Deno.test({
  name: "ask() tells paths apart, asked by the same query",
  permissions: { read: ["/tmp"], write: ["/var"] },
  fn() {
    const read = new PathQuery("read");
    const write = new PathQuery("write");
    const paths = ["/tmp/x", "/var/x", "/tmp/../var/x", "/tmp/x", ""];
    assertEquals(paths.map((path) => read.ask(path)), [
      "granted",
      "prompt",
      "prompt",
      "granted",
      "denied",
    ]);
    assertEquals(paths.map((path) => write.ask(path)), [
      "prompt",
      "granted",
      "granted",
      "prompt",
      "denied",
    ]);
  },
});

Deno.test("ask() leaves nothing behind in Deno for each host and path", async () => {
  const grown = await runDeno(
    `import { HostQuery, PathQuery } from "${
      import.meta.resolve("../../../lib/kernel/policy/permission_query.ts")
    }";
    const host = new HostQuery();
    const path = new PathQuery("read");
    const used = () => (globalThis.gc(), Deno.memoryUsage().heapUsed);
    const before = used();
    for (let i = 0; i < 50_000; i++) host.ask("10.0.0.1:" + i), path.ask("/tmp/" + i);
    console.log(used() - before);`,
    ["--v8-flags=--expose-gc", "--allow-net=127.0.0.1", "--allow-read=/var"],
  );
  // 425 bytes each would be 42 MB.
  assert(Number(grown) < 4e6, grown);
});
