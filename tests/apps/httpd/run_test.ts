import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/apps/command.ts";
import { parseHttpdOptions } from "../../../lib/apps/httpd/httpd_options.ts";
import { whyUnreachable } from "../../ipv6.ts";
import { unlessSkipped } from "../../skipped.ts";
import { STACK_FLAGS, vmsock } from "../vmsock.ts";
import { ask, get, RawConnection, startHttpd, temporaryFolder } from "./httpd_server.ts";

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.test(`[${stack}] httpd stops at ${signal} while it waits`, async () => {
      using folder = temporaryFolder();
      await using server = await startHttpd(stackFlags, folder.path);
      // It has done something, and is back in its wait.
      await ask(server.port, get("/"));
      assertEquals(await server.stop(signal), status);
      assertEquals(server.errors().split("\n").length, 2);
      const listener = Deno.listen({ hostname: "127.0.0.1", port: server.port });
      listener.close();
    });
  }

  Deno.test(`[${stack}] httpd lets a response end before it stops`, async () => {
    using folder = temporaryFolder();
    const size = 8_000_000;
    Deno.writeFileSync(`${folder.path}/large.bin`, new Uint8Array(size));
    await using server = await startHttpd(stackFlags, folder.path);
    using idle = await RawConnection.open(server.port);
    await idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await idle.response();
    using connection = await RawConnection.open(server.port);
    await connection.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    const first = await connection.read();
    const stopped = server.stop("SIGINT");
    assert(first.length + await connection.count() > size);
    assertEquals(await idle.rest(), "");
    assertEquals(await stopped, 130);
  });

  Deno.test(`[${stack}] httpd resets a response that does not end before it stops`, async () => {
    using folder = temporaryFolder();
    Deno.writeFileSync(`${folder.path}/large.bin`, new Uint8Array(50_000_000));
    await using server = await startHttpd(stackFlags, folder.path);
    using connection = await RawConnection.open(server.port);
    await connection.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    await connection.read();
    assertEquals(await server.stop("SIGTERM"), 143);
    while (!connection.isAtEnd) await connection.read();
    assert(connection.wasReset);
  });

  for (
    const [host, url, from] of [
      ["::1", "http://[::1]:", "::1"],
      ["[::1]", "http://[::1]:", "::1"],
      ["localhost", "http://", "localhost"],
      ["::", "http://127.0.0.1:", "127.0.0.1"],
      ["0.0.0.0", "http://127.0.0.1:", "127.0.0.1"],
    ] as const
  ) {
    const name = `[${stack}] httpd listens on ${host}`;
    Deno.test({
      ...unlessSkipped(name, whyUnreachable(host)),
      fn: async () => {
        using folder = temporaryFolder();
        Deno.writeTextFileSync(`${folder.path}/a.txt`, "hello");
        const options = { host, args: ["--log"] };
        await using server = await startHttpd(stackFlags, folder.path, options);
        assert(server.errors().includes(` at ${url}`), server.errors());
        using connection = await RawConnection.open(server.port, from);
        await connection.send(get("/a.txt"));
        assertMatch(await connection.rest(), /\r\n\r\nhello$/);
        const [line = ""] = await server.logged(1);
        assert(line.startsWith(host === "::" || host === "0.0.0.0" ? "127.0.0.1 " : ""), line);
      },
    });
  }

  Deno.test(`[${stack}] httpd says in one line why it cannot start`, async () => {
    using folder = temporaryFolder();
    const { path } = folder;
    Deno.writeTextFileSync(`${path}/file`, "");
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = listener.addr.port;
    const flags = [...stackFlags.flags, `--allow-read=${path}`];
    const run = async (args: readonly string[], given: readonly string[] = flags) => {
      const { code, text, stderr } = await vmsock([`--stack=${stack}`, "httpd", ...args], {
        flags: given,
      });
      assertEquals(text, "");
      return `${code} ${stderr}`;
    };
    const root = `--root=${path}`;
    const refused = [root, "--host=127.0.0.1", `--port=${port}`];
    assertEquals(
      await run(refused),
      `1 vmsock: Cannot listen on 127.0.0.1:${port}: Address already in use (EADDRINUSE); choose ` +
        "another port with --port\n",
    );
    listener.close();
    assertEquals(
      await run([`--root=${path}/none`]),
      `1 vmsock: Cannot serve ${path}/none: No such file or directory (ENOENT); name another folder ` +
        "with --root\n",
    );
    assertEquals(
      await run([`--root=${path}/file`]),
      `1 vmsock: Cannot serve ${path}/file: it is no folder; name one with --root\n`,
    );
    assertEquals(
      await run([root], stackFlags.flags),
      `1 vmsock: Cannot serve ${path}: Permission denied (EACCES), add --allow-read=${path}\n`,
    );
    const noNet = flags.filter((flag) => flag !== "--allow-net");
    assertMatch(
      await run(refused, noNet),
      /^1 vmsock: Cannot listen on [^\n]*--allow-net[^\n]*\n$/,
    );
    assertMatch(
      await run([root, "--host=no.such.name.invalid"]),
      /^1 vmsock: Cannot resolve [^\n]*\n$/,
    );
  });
}

const MISUSES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [["./public"], /httpd takes options only: vmsock httpd --root=\.\/public/],
  [["--port=65536"], /--port takes a number from 0 to 65535, such as --port=8080, not 65536/],
  [["--host=300.0.0.1"], /--host takes an address or a name, such as .*, not "300\.0\.0\.1"/],
  [["--host=localhost:80"], /--host takes an address or a name, such as .*, not "localhost:80"/],
  [["--host=a b"], /--host takes an address or a name, such as .*, not "a b"/],
  [["--root="], /--root needs a value/],
  [["--prt=80"], /there is no option --prt; did you mean --port\?/],
  [["--stack=deno", "--workers=2"], /--workers needs --stack=libc/],
];

Deno.test("httpd refuses options that make no sense, in one line with status 2", async () => {
  using folder = temporaryFolder();
  for (const [args, message] of MISUSES) {
    const root = args.some((arg) => arg.startsWith("--root")) ? [] : [`--root=${folder.path}`];
    const { code, stderr } = await vmsock(["httpd", ...root, ...args], {
      flags: ["--allow-net", `--allow-read=${folder.path}`],
    });
    assertMatch(stderr, /^vmsock: [^\n]*\n$/);
    assertMatch(stderr, message);
    assertEquals(code, 2);
  }
});

const WRONG_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  port: ["65536", "http", "-1", "1e3", "0x50", "8080.0", "99999999999999999999"],
  workers: ["0", "65", "two"],
  connections: ["0", "3501", "many"],
  timeout: ["0", "-1", "soon"],
};

Deno.test("parseHttpdOptions() names what a number may be", () => {
  for (const [name, texts] of Object.entries(WRONG_NUMBERS)) {
    for (const text of texts) {
      const parsed = { operands: [], options: new Map([[name, [text]]]) };
      const error = assertThrows(() => parseHttpdOptions(parsed), UsageError);
      assert(error.message.startsWith(`--${name} takes `) && error.message.includes(text));
    }
  }
});

Deno.test("httpd --help shows options and examples, and opens nothing", async () => {
  const { code, text, stderr } = await vmsock(["httpd", "--help"], { flags: [] });
  assertEquals([code, stderr], [0, ""]);
  for (
    const word of ["--root", "--host", "--port", "--workers", "--log", "--list", "./public", "8080"]
  ) assert(text.includes(word), word);
  assertMatch(text, /Examples:\n( {2}vmsock .+\n)+/);
});

Deno.test("parseHttpdOptions() serves ./public on port 8080 of every address by default", () => {
  const parsed = { operands: [], options: new Map() };
  const { root, host, port, workers, logs, lists } = parseHttpdOptions(parsed);
  assertEquals([root, host, port, workers], ["./public", "0.0.0.0", 8080, 1]);
  assertEquals([logs, lists], [false, false]);
});
