import { assert, assertEquals } from "@std/assert";
import { whyUnreachable } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { startGuestServer } from "./guest_server.ts";
import { type Exchange, pattern, startServer } from "./scripted_server.ts";
import { denoArguments, type Outcome, STACK_FLAGS, vmsock } from "./vmsock.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const SIZES = [0, 1, 65_536, 10_000_019];

/** Checks that a run failed with this one line. */
function assertFailure({ code, stderr }: Outcome, line: string | RegExp): void {
  assert(stderr.endsWith("\n") && !stderr.slice(0, -1).includes("\n"), stderr);
  if (typeof line === "string") assertEquals(stderr, `vmsock: ${line}\n`);
  else assert(line.test(stderr), stderr);
  assertEquals(code, 1);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Ways to say where a body ends. */
const FRAMINGS: Readonly<Record<string, (exchange: Exchange, body: Uint8Array) => Promise<void>>> =
  {
    "Content-Length": ({ send }, body) => send(OK, `Content-Length: ${body.length}\r\n\r\n`, body),
    "until close": ({ send }, body) => send(OK, "Connection: close\r\n\r\n", body),
    chunked: async ({ send }, body) => {
      await send(OK, "Transfer-Encoding: chunked\r\n\r\n");
      for (let start = 0; start < body.length; start += 70_001) {
        const chunk = body.subarray(start, start + 70_001);
        await send(`${chunk.length.toString(16)};x=y\r\n`, chunk, "\r\n");
      }
      await send("0\r\nTrailer: x\r\n\r\n");
    },
  };

for (const { stack, flags } of STACK_FLAGS) {
  for (const [name, respond] of Object.entries(FRAMINGS)) {
    Deno.test(`[${stack}] get prints a body byte for byte: ${name}`, async () => {
      for (const size of SIZES) {
        const body = pattern(size);
        await using server = startServer(async (exchange) => {
          await exchange.request();
          await respond(exchange, body);
        });
        const got = await vmsock([`--stack=${stack}`, "get", `${server.origin}/`], { flags });
        assertEquals([got.code, got.stderr], [0, ""]);
        assert(sameBytes(got.stdout, body), `${got.stdout.length} of ${size} bytes`);
      }
    });
  }

  Deno.test(`[${stack}] get is refused where nobody listens`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", `http://127.0.0.1:${port}/`], { flags }),
      `Cannot connect to 127.0.0.1:${port}: Connection refused (ECONNREFUSED)`,
    );
  });

  Deno.test(`[${stack}] get fails for a name that does not exist`, async () => {
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", "http://nowhere.invalid/"], { flags }),
      /^vmsock: Cannot resolve nowhere\.invalid: (?:No such host|Temporary failure)/,
    );
  });

  Deno.test(`[${stack}] get fails when the connection is reset`, async () => {
    // SO_LINGER, on with 0 seconds: closing resets the connection, as Deno's own sockets never do.
    await using server = await startGuestServer(`
      const { stream } = listener.accept();
      stream.read(new Uint8Array(4096));
      const linger = new Uint8Array(Int32Array.of(1, 0).buffer);
      stream.system.setsockopt(stream.fd, 1, 13, linger, 8);
      stream.writeAll(new TextEncoder().encode("HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n"));
      stream.close();
    `);
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", `http://${server.address}/`], { flags }),
      `Cannot read from ${server.address}: Connection reset by peer (ECONNRESET)`,
    );
  });

  Deno.test(`[${stack}] get gives up on a server that never answers`, async () => {
    await using server = startServer(({ closed }) => closed());
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", "--timeout=0.2", server.origin], { flags }),
      `Cannot read from 127.0.0.1:${server.port}: Timed out after 200 ms`,
    );
  });

  Deno.test(`[${stack}] get gives up on a server that stops within the body`, async () => {
    await using server = startServer(async ({ request, send, closed }) => {
      await request();
      await send(OK, "Content-Length: 10\r\n\r\nhello");
      await closed();
    });
    const got = await vmsock([`--stack=${stack}`, "get", "--timeout=0.2", server.origin], {
      flags,
    });
    assertFailure(got, `Cannot read from 127.0.0.1:${server.port}: Timed out after 200 ms`);
    assertEquals(got.text, "hello");
  });

  Deno.test(`[${stack}] get --timeout bounds a body that goes on and on`, async () => {
    const printed = Promise.withResolvers<ReadableStreamDefaultReader<Uint8Array>>();
    await using server = startServer(async ({ request, send }) => {
      await request();
      await send(OK, "\r\n");
      const reader = await printed.promise;
      // The next byte is sent when the one before was printed: no wait is ever long.
      do await send("x"); while (!(await reader.read()).done);
    });
    const process = new Deno.Command(Deno.execPath(), {
      args: denoArguments([`--stack=${stack}`, "get", "--timeout=0.3", server.origin], flags),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    printed.resolve(process.stdout.getReader());
    assertEquals(
      await new Response(process.stderr).text(),
      `vmsock: Cannot read from 127.0.0.1:${server.port}: Timed out after 300 ms\n`,
    );
    assertEquals((await process.status).code, 1);
  });

  Deno.test(`[${stack}] get gives up on a connection that is not accepted`, async () => {
    // Nobody accepts here: Linux makes backlog + 1 connections, and lets the next one wait.
    await using server = await startGuestServer(`
      const client = TcpStream.connect(listener.localAddr());
      Deno.stdin.readSync(new Uint8Array(1));
      client.close();
    `);
    const url = `http://${server.address}/`;
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", "--timeout=0.2", url], { flags }),
      `Cannot connect to ${server.address}: Connection timed out (ETIMEDOUT)`,
    );
  });

  Deno.test(`[${stack}] get names the flag that is missing`, async () => {
    const scoped = flags.map((flag) => flag === "--allow-net" ? "--allow-net=127.0.0.1:80" : flag);
    const name = [`--stack=${stack}`, "get", "http://localhost:81/"];
    assertFailure(
      await vmsock([`--stack=${stack}`, "get", "http://127.0.0.1:81/"], { flags: scoped }),
      "Cannot connect to 127.0.0.1:81: Permission denied (EACCES), add --allow-net=127.0.0.1:81",
    );
    assertFailure(await vmsock(name, { flags: scoped }), /add --allow-net=localhost/);
  });

  for (const [host, address] of [["localhost", "127.0.0.1"], ["[::1]", "::1"]] as const) {
    const name = `[${stack}] get takes a URL with ${host}`;
    Deno.test({
      ...unlessSkipped(name, whyUnreachable(address)),
      fn: async () => {
        await using server = startServer(async ({ request, send }) => {
          await request();
          await send(OK, "Content-Length: 2\r\n\r\nok");
        }, address);
        const url = `http://${host}:${server.port}`;
        const got = await vmsock([`--stack=${stack}`, "get", url], { flags });
        assertEquals([got.text, got.code, got.stderr], ["ok", 0, ""]);
      },
    });
  }
}

/** One response for every request. */
async function getResponse(
  response: string,
  ...args: string[]
): Promise<Outcome & { url: string }> {
  await using server = startServer(async ({ request, send }) => {
    await request();
    await send(response);
  });
  const url = `${server.origin}/`;
  return { url, ...await vmsock(["get", ...args, url]) };
}

Deno.test("get sends one HTTP/1.1 request", async () => {
  await using server = startServer(async ({ request, send }) => {
    await request();
    await send(OK, "Content-Length: 0\r\n\r\n");
  });
  await vmsock([
    "get",
    "--header=X-A: b",
    "--header",
    "accept: text/plain",
    `${server.origin}/a?b#c`,
  ]);
  const [head, ...more] = server.requests;
  assertEquals(more, []);
  const lines = head?.split("\r\n") ?? [];
  assertEquals(lines.slice(0, 2), ["GET /a?b HTTP/1.1", `Host: 127.0.0.1:${server.port}`]);
  assertEquals(lines.slice(2).filter((line) => !line.startsWith("User-Agent: vmsock/")), [
    "X-A: b",
    "accept: text/plain",
    "Connection: close",
    "",
    "",
  ]);
});

Deno.test("get prints the body of an error and fails", async () => {
  const got = await getResponse("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
  assertFailure(got, `Cannot get ${got.url}: the server answered 404 Not Found`);
  assertEquals(got.text, "gone");
});

Deno.test("get skips interim responses", async () => {
  const got = await getResponse(
    `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
  );
  assertEquals([got.text, got.code], ["ok", 0]);
});

Deno.test("get expects no body where there cannot be one", async () => {
  const got = await getResponse("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
  assertEquals([got.text, got.code, got.stderr], ["", 0, ""]);
});

Deno.test("get fails for a body that is cut off, after printing what came", async () => {
  const cut = await getResponse(`${OK}Content-Length: 10\r\n\r\nhello`);
  assertFailure(cut, `Cannot get ${cut.url}: the connection ended after 5 of 10 bytes`);
  assertEquals(cut.text, "hello");
  const chunked = await getResponse(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  assertFailure(chunked, `Cannot get ${chunked.url}: the connection ended before the last chunk`);
  assertEquals(chunked.text, "hello");
});

Deno.test("get fails for what is no HTTP response", async () => {
  const empty = await getResponse("");
  assertFailure(
    empty,
    `Cannot get ${empty.url}: the server closed the connection without a response`,
  );
  const other = await getResponse("SSH-2.0-x\x1b[2J\r\n");
  assertFailure(
    other,
    `Cannot get ${other.url}: the response starts with "SSH-2.0-x\\u001b[2J", not HTTP/1.1`,
  );
});

Deno.test("get refuses URLs that it cannot fetch, without asking anybody", async () => {
  const flags: string[] = [];
  const reasons = [
    ["https://example.com/", "https:// is not supported, only http:// is; vmsock wget has both"],
    ["example.com", "the URL must start with http://"],
    ["http://user:secret@example.com/", "user names and passwords in URLs are not supported"],
    ["http://[::1", "it is not a valid http:// URL"],
    ["http://127.0.0.1:99999/", "there is no port 99999: the last is 65535"],
  ] as const;
  for (const [url, reason] of reasons) {
    assertFailure(await vmsock(["get", url], { flags }), `Cannot get ${url}: ${reason}`);
  }
});

/** Answers /0 with a redirect to /1, and so on, up to the last, which has a body. */
function chain(last: number, status = 302): (exchange: Exchange) => Promise<void> {
  return async ({ request, send }) => {
    const step = Number(/^GET \/(\d+) /.exec(await request())?.[1]);
    await send(
      step < last
        ? `HTTP/1.1 ${status} Moved\r\nLocation: /${step + 1}\r\nContent-Length: 5\r\n\r\nmoved`
        : `${OK}Content-Length: 4\r\n\r\nhere`,
    );
  };
}

Deno.test("get follows redirects only if asked to", async () => {
  await using server = startServer(chain(1));
  const url = `${server.origin}/0`;
  const stays = await vmsock(["get", url]);
  assertEquals([stays.text, stays.code], ["moved", 0]);
  assertEquals(
    stays.stderr,
    `vmsock: ${url} redirects to /1 (302 Moved): add --location to follow\n`,
  );
  for (const flag of ["--location", "-L"]) {
    const follows = await vmsock(["get", flag, url]);
    assertEquals([follows.text, follows.code, follows.stderr], ["here", 0, ""]);
  }
});

Deno.test("get follows every kind of redirect", async () => {
  for (const status of [300, 301, 302, 303, 307, 308]) {
    await using server = startServer(chain(1, status));
    assertEquals((await vmsock(["get", "-L", `${server.origin}/0`])).text, "here");
  }
  await using server = startServer(chain(1, 305));
  assertEquals((await vmsock(["get", "-L", `${server.origin}/0`])).text, "moved");
});

Deno.test("get follows up to 20 redirects", async () => {
  await using enough = startServer(chain(20));
  assertEquals((await vmsock(["get", "-L", `${enough.origin}/0`])).text, "here");
  await using endless = startServer(chain(Infinity));
  const url = `${endless.origin}/0`;
  assertFailure(
    await vmsock(["get", "-L", url]),
    `Cannot get ${url}: there are more than 20 redirects`,
  );
  assertEquals(endless.requests.length, 21);
});

Deno.test("get names the URLs of a loop of redirects", async () => {
  await using server = startServer(async ({ request, send }) => {
    const step = Number(/^GET \/(\d+) /.exec(await request())?.[1]);
    const next = step === 3 ? 1 : step + 1;
    await send(`HTTP/1.1 302 Found\r\nLocation: ${next}\r\nContent-Length: 0\r\n\r\n`);
  });
  const { origin } = server;
  assertFailure(
    await vmsock(["get", "-L", `${origin}/0`]),
    `Cannot get ${origin}/0: its redirects go round in a loop: ` +
      [1, 2, 3, 1].map((step) => `${origin}/${step}`).join(" → "),
  );
  assertEquals(server.requests.length, 4);
});

Deno.test("get follows no redirect to what it cannot fetch", async () => {
  const got = await getResponse(
    "HTTP/1.1 301 Moved\r\nLocation: https://example.com/\r\n\r\n",
    "--location",
  );
  assertFailure(
    got,
    `Cannot get ${got.url}: it redirects to https://example.com/: ` +
      "https:// is not supported, only http:// is; vmsock wget has both",
  );
});

Deno.test("get keeps credentials from other hosts that it is redirected to", async () => {
  await using other = startServer(chain(0));
  await using server = startServer(async ({ request, send }) => {
    const isFirst = (await request()).startsWith("GET /0 ");
    const location = isFirst ? "/1" : `${other.origin}/0`;
    await send(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`);
  });
  const fields = ["Authorization: secret", "Cookie: a=b", "X-Other: c"];
  const args = fields.map((field) => `--header=${field}`);
  assertEquals((await vmsock(["get", "-L", ...args, `${server.origin}/0`])).text, "here");
  const sent = (head = "") => fields.filter((field) => head.includes(field)).length;
  assertEquals(server.requests.map(sent), [3, 3]);
  assertEquals(other.requests.map(sent), [1]);
});

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] get ends quietly when nobody reads its output any more`, async () => {
    await using server = startServer(async ({ request, send }) => {
      await request();
      await send(OK, "Content-Length: 10000019\r\n\r\n", pattern(10_000_019));
    });
    const process = new Deno.Command(Deno.execPath(), {
      args: denoArguments([`--stack=${stack}`, "get", server.origin], flags),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const stderr = await new Response(process.stderr).text();
    assertEquals([stderr, (await process.status).code], ["", 0]);
  });

  Deno.test({
    name: `[${stack}] get says why its output cannot be written`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using server = startServer(async ({ request, send }) => {
        await request();
        await send(OK, "Content-Length: 2\r\n\r\nok");
      });
      const deno = [
        Deno.execPath(),
        ...denoArguments([`--stack=${stack}`, "get", server.origin], flags),
      ];
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", '"$@" > /dev/full', "sh", ...deno],
        stdin: "null",
      }).output();
      assertEquals(
        [new TextDecoder().decode(stderr), code],
        ["vmsock: Cannot write to standard output: No space left on device (ENOSPC)\n", 1],
      );
    },
  });
}

const wantsInternet = Deno.env.get("VMSOCK_TEST_INTERNET") === "1";

Deno.test({
  name: "get fetches http://example.com/" +
    (wantsInternet ? "" : " (skipped: set VMSOCK_TEST_INTERNET=1 to reach the Internet)"),
  ignore: !wantsInternet,
  fn: async () => {
    const got = await vmsock(["get", "--location", "--timeout=10", "http://example.com/"]);
    if (/Cannot (?:resolve|connect)/.test(got.stderr)) {
      // deno-lint-ignore no-console
      console.warn(`skipped: example.com is out of reach: ${got.stderr.trim()}`);
      return;
    }
    assertEquals([got.code, got.stderr], [0, ""]);
    assert(got.text.includes("Example Domain"));
  },
});
