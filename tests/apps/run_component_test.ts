import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { whyUnreachable } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { denoArguments, STACK_FLAGS, vmsock } from "./vmsock.ts";

const GUESTS = new URL("../guests/wasi_p2/", import.meta.url).pathname;

/** The file of a guest. */
function guest(name: string): string {
  return `${GUESTS}${name}.component.wasm`;
}

/** Everything that a peer sends until it ends its direction. */
async function receiveAll(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4096);
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return text;
    text += decoder.decode(buffer.subarray(0, count));
  }
}

for (const { stack, flags } of STACK_FLAGS) {
  const needed = [...flags, "--allow-read"];

  for (const [family, hostname] of [["4", "127.0.0.1"], ["6", "::1"]] as const) {
    const name = `[${stack}] vmsock run runs a component that talks to a server, IPv${family}`;
    Deno.test({
      ...unlessSkipped(name, whyUnreachable(hostname)),
      fn: async () => {
        using listener = Deno.listen({ hostname, port: 0 });
        const { port } = listener.addr;
        const running = vmsock([
          `--stack=${stack}`,
          "run",
          guest("echo_client"),
          family,
          `${port}`,
          "hello",
        ], {
          flags: needed,
        });
        using connection = await listener.accept();
        const text = await receiveAll(connection);
        await connection.write(new TextEncoder().encode(`${text} yourself`));
        await connection.closeWrite();
        const outcome = await running;
        assertEquals(outcome.stderr, "");
        assertEquals(outcome.text, "hello yourself\n");
        assertEquals(outcome.code, 0);
      },
    });
  }
}

Deno.test("vmsock run gives a component arguments, environment, folders and a status", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const found = await vmsock(
      ["run", "--env", "A=b=c", guest("command"), "--not-ours", "2"],
      { flags: ["--allow-read"] },
    );
    assertMatch(found.text, /^argument --not-ours\nargument 2\nvariable A=b=c\nterminals 000\n/);
    assertEquals(found.code, 1);
    const files = await vmsock(["run", "--dir", `${folder}::/data`, guest("files")], {
      flags: ["--allow-all"],
    });
    assertEquals(files.text, await Deno.readTextFile(`${GUESTS}expected/files.txt`));
    assertEquals(files.code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("vmsock run says in one line what a component trapped with, and exits 134", async () => {
  const path = guest("misuse");
  const { code, text, stderr } = await vmsock(["run", path, "no_handle"], {
    flags: ["--allow-read"],
  });
  assertEquals(text, "before\n");
  assertEquals(stderr, `vmsock: ${path} trapped: There is no handle 0\n`);
  assertEquals(code, 134);
});

Deno.test("vmsock run names the flag that a component lacked when it failed", async () => {
  const path = guest("echo_client");
  const { code, stderr } = await vmsock(["run", path, "4", "7", "hello"], {
    flags: ["--allow-read", "--allow-net=127.0.0.1:8"],
  });
  assertEquals(stderr, `vmsock: ${path} was refused something: add --allow-net=127.0.0.1:7\n`);
  assertEquals(code, 1);
});

Deno.test("vmsock run says what is wrong with a component, or a folder for it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const flags = ["--allow-read"];
    const empty = `${folder}/empty.wasm`;
    await Deno.writeFile(empty, Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0));
    const none = await vmsock(["run", empty], { flags });
    assertEquals(
      none.stderr,
      `vmsock: ${empty} is no command of WASI 0.2: it exports nothing, not wasi:cli/run@0.2\n`,
    );
    assertEquals(none.code, 1);
    await Deno.writeFile(empty, Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 77));
    const broken = await vmsock(["run", empty], { flags });
    assertMatch(broken.stderr, /^vmsock: .*empty\.wasm: Malformed component: it ends early.*\n$/);
    assertEquals(broken.code, 1);
    const closed = await vmsock(["run", "--dir", "/nothing::/", guest("command")], { flags });
    assertEquals(
      closed.stderr,
      "vmsock: Cannot open /nothing for the guest: No such file or directory\n",
    );
    assertEquals(closed.code, 1);
    const wrong = await vmsock(["run", "--dir", "::", guest("command")], { flags });
    assertEquals(wrong.code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** CPU time of a process so far, in clock ticks of 10 ms: utime and stime of proc(5). */
function cpuTicks(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

Deno.test({
  name: "a component that waits in blocking-read uses no CPU meanwhile",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await Promise.all(STACK_FLAGS.map(async ({ stack, flags }) => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const args = [`--stack=${stack}`, "run", guest("echo_client"), "4"];
      const child = new Deno.Command(Deno.execPath(), {
        args: denoArguments([...args, `${listener.addr.port}`, "hello"], [
          ...flags,
          "--allow-read",
        ]),
        stdin: "null",
        stdout: "null",
      }).spawn();
      using connection = await listener.accept();
      assertEquals(await receiveAll(connection), "hello");
      const before = cpuTicks(child.pid);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const used = cpuTicks(child.pid) - before;
      await connection.closeWrite();
      const { success } = await child.status;
      assert(success);
      // What V8 has begun to compile before goes on in the background for a moment.
      assertLessOrEqual(used, 4, `${stack}: ${used * 10} ms of 2 s`);
    }));
  },
});
