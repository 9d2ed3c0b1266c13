import { assert, assertEquals, assertMatch } from "@std/assert";
import { NO_IPV6 } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { startVmsock } from "./running.ts";
import { denoArguments, STACK_FLAGS, vmsock } from "./vmsock.ts";

const GUESTS = new URL("../guests/wasi_p1/", import.meta.url).pathname;

function guest(name: string): string {
  return `${GUESTS}${name}.wasm`;
}

/** Runs something in a folder of its own. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "vmsock_preview1_" }));
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sends text over a connection of its own and returns what comes back. */
async function exchange(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const writer = connection.writable.getWriter();
  const sent = writer.write(new TextEncoder().encode(text)).then(() => connection.closeWrite());
  const received = await new Response(connection.readable).text();
  await sent;
  return received;
}

/** A port at which nobody listens. */
function unusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Connects again and again until somebody listens. */
async function waitFor(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}

for (const { stack, flags } of STACK_FLAGS) {
  const reading = [...flags, "--allow-read"];
  const run = (args: readonly string[]) =>
    vmsock([`--stack=${stack}`, "run", ...args], { flags: reading });

  Deno.test(`[${stack}] vmsock run gives a C program files as Linux does`, async () => {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/work`);
      const files = [...flags, "--allow-read", "--allow-write"];
      const args = ["run", "--dir", `${folder}/work::/work`, guest("posix"), "/work"];
      const { code, text, stderr } = await vmsock([`--stack=${stack}`, ...args], { flags: files });
      assertEquals(stderr, "done\n");
      // What the program prints natively, without standard input.
      const native = await Deno.readTextFile(`${GUESTS}posix.expected`);
      assertEquals(text, native.replace("input: in\n", ""));
      assertEquals(code, 3);
      assertEquals([...Deno.readDirSync(`${folder}/work`)], []);
    });
  });

  for (const version of [1, 2]) {
    const program = guest(`sockets_v${version}`);
    const textsOf = (...commands: string[][]): Promise<string[]> =>
      Promise.all(commands.map(async (args) => {
        const { code, text, stderr } = await run([program, ...args]);
        assertEquals(stderr, "");
        assertEquals(code, 0);
        return text;
      }));

    for (const [family, ip] of [["4", "127.0.0.1"], ["6", "v6 that ends in 1"]] as const) {
      const name =
        `[${stack}] vmsock run gives WasmEdge's sockets, version ${version}, IPv${family}`;
      const reason = family === "6" ? NO_IPV6 : null;
      Deno.test({
        ...unlessSkipped(name, reason),
        fn: async () => {
          const answer = version === 1 ? "" : "answer 1\n";
          assertEquals(await textsOf(["tcp", family], ["udp", family]), [
            `local ${ip}\npeer ${ip}\n1\nto the server\n13 to |the client\n0\n`,
            `local ${ip}\nquestion from ${ip}\n${answer}`,
          ]);
        },
      });
    }

    Deno.test(`[${stack}] WasmEdge's sockets, version ${version}, have options and errors`, async () => {
      assertEquals(await textsOf(["options"], ["refused"]), [
        "type 2, 4 bytes\nreuse 1\nerror 0\nno such option: 50\nnothing in time: 6\n",
        "local 127.0.0.1\nerrno 14\n",
      ]);
    });
  }

  Deno.test(`[${stack}] vmsock run --tcplisten: a server in C polls for many clients`, async () => {
    const clients = 12;
    const port = unusedPort();
    const args = ["run", `--tcplisten=127.0.0.1:${port}`, guest("server"), `${clients + 1}`];
    const running = vmsock([`--stack=${stack}`, ...args], { flags: reading });
    await waitFor(port);
    const texts = Array.from({ length: clients }, (_, index) => `client ${index} `.repeat(9000));
    const echoed = await Promise.all(texts.map((text) => exchange(port, text)));
    assertEquals(echoed, texts);
    const { code, text, stderr } = await running;
    assertEquals([code, text, stderr], [0, "no more clients\n", ""]);
  });

  Deno.test(`[${stack}] vmsock run gives a program in Rust what its library wants`, async () => {
    await inFolder(async (folder) => {
      const program = guest("rust");
      const environment = await run(["--env", "A=b=c", "--env=B=", program, "environment", "-x"]);
      assertEquals(
        environment.text,
        '["environment", "-x"]\n[("A", "b=c"), ("B", "")]\n{"key": 1}\n',
      );
      assertEquals((await run([program, "clocks"])).text, "true\ntrue\n");
      assertEquals((await run([program, "exit", "42"])).code, 42);
      const args = ["run", "--dir", `${folder}::/data`, program, "files"];
      const writing = [...flags, "--allow-read", "--allow-write"];
      const files = await vmsock([`--stack=${stack}`, ...args], { flags: writing });
      assertEquals(
        files.text,
        'entity already exists\n6\n6789 3\n012end\nis a directory\n[("b", true), ("linked", false), ' +
          '("moved", false)]\n6\nuncategorized error\ntrue\ntrue\ntrue\n',
      );
      assertEquals(files.code, 0);
      const panic = await run([program, "panic"]);
      assertMatch(panic.stderr, /as asked\n(.*\n)*vmsock: .*rust\.wasm trapped: unreachable\n$/);
      assertEquals(panic.code, 134);
    });
  });

  Deno.test(`[${stack}] vmsock run --tcplisten: a server in Rust waits in accept`, async () => {
    const port = unusedPort();
    await using running = await startVmsock(
      [`--stack=${stack}`, "run", `--tcplisten=127.0.0.1:${port}`, guest("rust"), "echo"],
      reading,
    );
    assertEquals(running.firstLine, "listening");
    assertEquals(await exchange(port, "hello"), "hello");
    assertEquals(await running.end(), { text: "true\n", code: 0 });
  });

  Deno.test(`[${stack}] vmsock run: a client of WasmEdge's sockets gets what a server has`, async () => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      return new Response("the body");
    });
    const { code, text } = await run([
      guest("sockets_v2"),
      "get",
      "localhost",
      `${server.addr.port}`,
      "/",
    ]);
    await server.shutdown();
    assertEquals(code, 0);
    assertMatch(text, /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*\r\nthe body$/);
  });
}

Deno.test("vmsock run gives a module standard input", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: denoArguments(["run", guest("rust"), "lines"], ["--allow-read"]),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode("one\ntwo"));
  await writer.close();
  const { code, stdout } = await process.output();
  assertEquals(new TextDecoder().decode(stdout), "ONE\nTWO\n");
  assertEquals(code, 0);
});

Deno.test("vmsock run lets a module connect only where Deno allows it, and names the flag", async () => {
  const program = guest("sockets_v2");
  const { code, text, stderr } = await vmsock(["run", program, "tcp", "4"], {
    flags: ["--allow-read", "--no-prompt"],
  });
  assertEquals(text, "sock_bind: errno 2\n");
  assertMatch(
    stderr,
    /^vmsock: .*sockets_v2\.wasm was refused something: add --allow-net=127\.0\.0\.1:0\n$/,
  );
  assertEquals(code, 1);
});

Deno.test("vmsock run says in one line why a module cannot be run", async () => {
  await inFolder(async (folder) => {
    const write = async (name: string, bytes: readonly number[]): Promise<string> => {
      const path = `${folder}/${name}.wasm`;
      await Deno.writeFile(path, Uint8Array.from(bytes));
      return path;
    };
    const ascii = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
    const importing = (module: string, name: string): number[] => {
      const entry = [1, ...ascii(module), ...ascii(name), 0, 0];
      return [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, entry.length, ...entry];
    };
    const unknown = await write("unknown", importing("wasi_snapshot_preview1", "fly"));
    const both = importing("wasi_snapshot_preview1", "sched_yield");
    const wrongType = await write("type", both);
    const flags = ["--allow-read", "--no-prompt"];
    const cases: [args: string[], code: number, message: RegExp][] = [
      [[unknown], 1, /unknown\.wasm: The module imports wasi_snapshot_preview1\.fly, which/],
      [[wrongType], 1, /sched_yield, of type \(\) -> \(\) where it has \(\) -> \(i32\)\n$/],
      [["--dir", "::", guest("rust")], 2, /--dir is HOST::GUEST or one path for both, not "::"/],
      [
        ["--dir", `${folder}/none::/`, guest("rust")],
        1,
        /Cannot open .*none for the guest: No such/,
      ],
      [
        ["--tcplisten=nowhere", guest("rust")],
        1,
        /Cannot listen on nowhere: an address is IP:PORT/,
      ],
      [
        ["--tcplisten=127.0.0.1:8", guest("rust")],
        1,
        /Permission denied, add --allow-net=127\.0\.0\.1:8\n$/,
      ],
      [["--env", "=x", guest("rust")], 2, /--env is NAME=VALUE, not "=x"/],
    ];
    for (const [args, code, message] of cases) {
      const outcome = await vmsock(["run", ...args], { flags });
      assertMatch(outcome.stderr, message);
      assertEquals(outcome.stderr.trimEnd().split("\n").length <= 2, true, outcome.stderr);
      assert(!outcome.stderr.includes(" at "), outcome.stderr);
      assertEquals(outcome.code, code, outcome.stderr);
    }
    const unreadable = ["run", "--dir", `${folder}::/`, guest("rust")];
    const { stderr } = await vmsock(unreadable, {
      flags: [`--allow-read=${GUESTS}`, "--no-prompt"],
    });
    assertMatch(stderr, /: Permission denied, add --allow-read=/);
  });
});
