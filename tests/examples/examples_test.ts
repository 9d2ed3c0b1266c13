/** Each script in examples/ does what it says, on each stack. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NO_IPV6 } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { startServer } from "../apps/scripted_server.ts";
import { denoArguments, type Outcome, STACK_FLAGS, vmsock } from "../apps/vmsock.ts";
import { freePort } from "../guest/moca/free_port.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const LIBRARY = new URL("../../lib/", import.meta.url).pathname;

/** A script that runs beside the test. */
interface Running extends AsyncDisposable {
  /** The first line that it prints. */
  readonly firstLine: string;
  /** What it prints after that, and how it ends. */
  readonly end: () => Promise<{ readonly text: string; readonly code: number }>;
}

async function start(args: readonly string[], flags: readonly string[]): Promise<Running> {
  const process = new Deno.Command(Deno.execPath(), {
    args: denoArguments(args, flags),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  const newline = text.indexOf("\n");
  return {
    firstLine: text.slice(0, newline),
    end: async () => {
      let rest = text.slice(newline + 1);
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        rest += value;
      }
      return { text: rest, code: (await process.status).code };
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill();
      } catch {
        // It has ended.
      }
      await reader.cancel();
      await process.status;
    },
  };
}

function portOf(line: string): number {
  return Number(/^listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1]);
}

for (const { stack, flags } of STACK_FLAGS) {
  const granted = [...flags, `--allow-read=${EXAMPLES}`];
  const command = (name: string, args: readonly unknown[]): string[] => [
    `--stack=${stack}`,
    "run",
    "--timeout=30",
    `${EXAMPLES}${name}.mc`,
    ...args.map(String),
  ];
  const run = (name: string, ...args: unknown[]): Promise<Outcome> =>
    vmsock(command(name, args), { flags: granted });
  const test = (name: string, fn: () => Promise<void>, reason: string | null = null): void =>
    Deno.test({ ...unlessSkipped(`[${stack}] examples/${name}`, reason), fn });

  test("http_get.mc prints a response", async () => {
    await using server = startServer(async (exchange) => {
      await exchange.request();
      await exchange.send("HTTP/1.0 200 OK\r\n\r\nthe ", "page");
    });
    const { text, stderr, code } = await run("http_get", "localhost", server.port, "/a?b");
    assertEquals([text, stderr, code], ["HTTP/1.0 200 OK\r\n\r\nthe page", "", 0]);
    assertEquals(server.requests, [
      "GET /a?b HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ]);
  });

  test("http_get.mc says what went wrong", async () => {
    const refused = await run("http_get", "127.0.0.1", 1, "/");
    assertMatch(refused.stderr, /^runtime error: no server answers on 127\.0\.0\.1:1\n/);
    const usage = await run("http_get");
    assertMatch(usage.stderr, /^usage: vmsock run http_get\.mc HOST PORT PATH\nruntime error: /);
    assertEquals([refused.code, usage.code], [1, 1]);
  });

  test("http_server.mc answers requests", async () => {
    await using server = await start(command("http_server", [0, 3]), granted);
    const origin = `http://127.0.0.1:${portOf(server.firstLine)}`;
    const first = await fetch(`${origin}/hello`);
    assertEquals([first.status, await first.text()], [200, "request 1 for /hello\n"]);
    const second = await fetch(origin, { method: "DELETE" });
    assertEquals([second.status, await second.text()], [405, "GET only\n"]);
    const { text } = await run("http_get", "127.0.0.1", portOf(server.firstLine), "/x");
    assert(text.endsWith("\r\n\r\nrequest 3 for /x\n"), text);
    assertEquals(await server.end(), { text: "", code: 0 });
  });

  test("echo_server.mc serves clients at the same time", async () => {
    await using server = await start(command("echo_server", [0, 2]), granted);
    const address = { hostname: "127.0.0.1", port: portOf(server.firstLine) };
    const one = await Deno.connect(address);
    const other = await Deno.connect(address);
    const echo = async (connection: Deno.TcpConn, ...bytes: number[]): Promise<number[]> => {
      await connection.write(Uint8Array.from(bytes));
      const buffer = new Uint8Array(16);
      return [...buffer.subarray(0, await connection.read(buffer) ?? 0)];
    };
    assertEquals(await echo(other, 1, 255), [1, 255]);
    assertEquals(await echo(one, 0, 195), [0, 195]);
    assertEquals(await echo(other, 7), [7]);
    one.close();
    other.close();
    const { text, code } = await server.end();
    assertEquals(text.match(/127\.0\.0\.1 has come\n/g)?.length, 2);
    assertEquals([text.match(/one has gone\n/g)?.length, code], [2, 0]);
  });

  test("udp_echo.mc sends datagrams there and back", async () => {
    await using server = await start(command("udp_echo", ["serve", 0, 1]), granted);
    const port = portOf(server.firstLine);
    const { text, stderr } = await run("udp_echo", "127.0.0.1", port, "over UDP");
    assertEquals([text, stderr], [`127.0.0.1:${port} says over UDP\n`, ""]);
    assertEquals(await server.end(), { text: "", code: 0 });
  });

  test("resolve.mc prints addresses", async () => {
    // RFC 1035 section 2.3.4: a label has 63 octets at most. No name server is asked about this one.
    const nobody = `${"x".repeat(64)}.invalid`;
    const { text } = await run("resolve", "127.0.0.1", "::1", nobody);
    assertEquals(text, `127.0.0.1 127.0.0.1\n::1 ::1\n${nobody} has no address\n`);
    assertStringIncludes((await run("resolve", "localhost")).text, "localhost 127.0.0.1\n");
  });

  test("tcp6.mc connects over IPv6", async () => {
    await using server = startServer(async (exchange) => await exchange.send("six"), "::1");
    const { text, stderr } = await run("tcp6", "::1", server.port, "?");
    assertEquals([text, stderr], ["connected to ::1\nsix\n", ""]);
    const wrong = await run("tcp6", "127.0.0.1", server.port, "?");
    assertMatch(
      wrong.stderr,
      /^runtime error: cannot connect to 127\.0\.0\.1 over IPv6: error -6\n/,
    );
  }, NO_IPV6);

  test("tour.mc shows the language", async () => {
    const { text, stderr, code } = await run("tour");
    const lines = [
      ...["count 1", "count 3", "7 bytes, the first is 103", "5", "443"],
      ...["visit of 127.0.0.1:8080", "visit of ::1:22", "ssh", "40"],
      ...["runtime error: no such luck", "not a number", "no such domain", "true"],
      ...["127.0.0.1:8080", "5050"],
    ];
    assertEquals([text, stderr, code], [`${lines.join("\n")}\n`, "", 0]);
  });

  test("half_close.mc sends its last and reads on", async () => {
    await using server = startServer(async (exchange) => {
      await exchange.closed();
      await exchange.send("all of it");
    });
    const { text, stderr } = await run("half_close", "127.0.0.1", server.port, "text");
    assertEquals([text, stderr], ["all of it\n", ""]);
  });

  test("hexdump.mc prints bytes", async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, Uint8Array.from({ length: 18 }, (_, i) => i * 15));
      const args = command("hexdump", [path]);
      const { text } = await vmsock(args, { flags: [...granted, `--allow-read=${path}`] });
      assertEquals(text, "00 0f 1e 2d 3c 4b 5a 69 78 87 96 a5 b4 c3 d2 e1\nf0 ff\n");
      const { stderr } = await vmsock(command("hexdump", [`${EXAMPLES}none`]), { flags: granted });
      assertMatch(stderr, /^runtime error: there is no file .*none\n/);
    } finally {
      await Deno.remove(path);
    }
  });

  test("chat.mc takes lines from one process to another", async () => {
    const [a, b] = [freePort(), freePort()];
    const talk = (own: number, peer: number): Deno.ChildProcess =>
      new Deno.Command(Deno.execPath(), {
        args: denoArguments(command("chat", [own, peer]), [...granted, `--allow-read=${LIBRARY}`]),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    const say = async (process: Deno.ChildProcess, text: string): Promise<void> => {
      const writer = process.stdin.getWriter();
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    };
    const [ann, bob] = [talk(a, b), talk(b, a)];
    await say(ann, "hello from Ann\n");
    await say(bob, "hello from Bob\n");
    const decoder = new TextDecoder();
    const outputs = await Promise.all([ann.output(), bob.output()]);
    assertEquals(
      outputs.map(({ stdout, stderr, code }) => [
        decoder.decode(stdout),
        decoder.decode(stderr),
        code,
      ]),
      [["> hello from Bob\n", "", 0], ["> hello from Ann\n", "", 0]],
    );
  });
}

Deno.test("each example has a test here and passes vmsock check", async () => {
  const source = await Deno.readTextFile(new URL(import.meta.url));
  for (const { name } of Deno.readDirSync(EXAMPLES)) {
    if (!name.endsWith(".mc")) continue;
    assertStringIncludes(source, `test("${name} `);
    const { stderr, code } = await vmsock(["check", `${EXAMPLES}${name}`], {
      flags: [`--allow-read=${EXAMPLES}`],
    });
    assertEquals([stderr, code], ["", 0]);
  }
});
