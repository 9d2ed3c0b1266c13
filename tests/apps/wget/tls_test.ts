import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pattern, startServer } from "../scripted_server.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { type Authority, hasOpenssl, makeAuthority, type ServerCertificate } from "./authority.ts";
import { assertFailed, DENO, emptyFolder, type Folder, wget } from "./wget.ts";

const MISSING = hasOpenssl() ? "" : " (skipped: openssl is not installed)";
const BODY = pattern(2_000_003);

/** A server that speaks TLS. */
interface TlsServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `BODY`, ranges of it, and redirects to whatever `/to?URL` says. */
function serve(certificate: ServerCertificate): TlsServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, ...certificate, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/to") return Response.redirect(search.slice(1), 307);
      const first = /^bytes=([0-9]+)-$/.exec(request.headers.get("range") ?? "")?.[1];
      if (first === undefined) return new Response(BODY);
      return new Response(BODY.subarray(Number(first)), {
        status: 206,
        headers: { "content-range": `bytes ${first}-${BODY.length - 1}/${BODY.length}` },
      });
    },
  );
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Registers a test that has an authority, and a folder for wget. */
function test(name: string, body: (authority: Authority, folder: Folder) => Promise<void>): void {
  Deno.test({
    name: `wget over https ${name}${MISSING}`,
    ignore: MISSING !== "",
    fn: async () => {
      await using authority = await makeAuthority();
      await using folder = await emptyFolder();
      await body(authority, folder);
    },
  });
}

/** Flags under which `authority` is trusted. */
function trusting({ file }: Authority, stack = DENO): typeof DENO {
  return { ...stack, flags: [...stack.flags, `--cert=${file}`] };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test("saves bodies byte for byte, and goes on with them", async (authority, folder) => {
  await using server = serve(await authority.certify("DNS:localhost,IP:127.0.0.1"));
  for (const stack of STACK_FLAGS) {
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `https://${host}:${server.port}/f`;
      folder.write("f", BODY.subarray(0, 1_234_567));
      for (const args of [["-O", "f"], ["-cO", "f"]]) {
        const got = await wget(folder, [...args, url], trusting(authority, stack));
        assertEquals(got.code, 0, got.stderr);
        assert(sameBytes(folder.read("f"), BODY), args.join(" "));
        folder.write("f", BODY.subarray(0, 1_234_567));
      }
    }
  }
});

test("follows redirects from http and to it", async (authority, folder) => {
  await using server = serve(await authority.certify("DNS:localhost"));
  await using plain = startServer(async ({ request, send }) => {
    const isLast = (await request()).startsWith("GET /last ");
    const back = encodeURI(`https://localhost:${server.port}/to?${plain.origin}/last`);
    await send(
      isLast
        ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        : `HTTP/1.1 301 x\r\nLocation: ${back}\r\n\r\n`,
    );
  });
  const args = ["--header=Authorization: secret", `${plain.origin}/first`];
  const got = await wget(folder, args, trusting(authority));
  assertEquals([got.code, folder.text("first")], [0, "ok"], got.stderr);
  const credentials = plain.requests.map((head) => head.includes("secret"));
  assertEquals(credentials, [true, false]);
});

test("trusts nobody whom Deno does not", async (authority, folder) => {
  const advice = "; deno run --cert=FILE adds the authority that signed it";
  await using other = await makeAuthority();
  const rows: readonly (readonly [ServerCertificate, typeof DENO, RegExp])[] = [
    [await authority.certify("DNS:localhost"), DENO, new RegExp(`UnknownIssuer${advice}$`, "m")],
    [await other.certify("DNS:localhost"), trusting(authority), /BadSignature/],
    [
      await authority.certify("DNS:elsewhere"),
      trusting(authority),
      /NotValidForName|not valid for/,
    ],
    [
      await authority.certify("DNS:localhost", "-days", "-1"),
      trusting(authority),
      /[Ee]xpired/,
    ],
  ];
  for (const [certificate, stack, reason] of rows) {
    await using server = serve(certificate);
    const got = await wget(folder, [`https://localhost:${server.port}/f`], stack);
    assertMatch(got.stderr, /^vmsock: Cannot agree on TLS with localhost:/m);
    assertMatch(got.stderr, reason);
    assertEquals([got.code, folder.names()], [5, []]);
  }
});

test("fails for a server that does not speak it", async (authority, folder) => {
  await using server = startServer(async ({ send }) => {
    await send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const got = await wget(folder, [`https://127.0.0.1:${server.port}/`], trusting(authority));
  assertMatch(got.stderr, /^vmsock: Cannot agree on TLS with 127\.0\.0\.1:/m);
  assertEquals(got.code, 5);
});

test("names the failures of the network", async (authority, folder) => {
  const stack = trusting(authority);
  const refused = await wget(folder, ["https://127.0.0.1:1/"], stack);
  assertFailed(refused, 4, "Cannot connect to 127.0.0.1:1: Connection refused (ECONNREFUSED)");
  const unknown = await wget(folder, ["https://nowhere.invalid/"], stack);
  assertMatch(unknown.stderr, /^vmsock: Cannot resolve nowhere\.invalid: /m);
  assertEquals(unknown.code, 4);
});

test("gives up in time on a server that stops", async (authority, folder) => {
  await using silent = startServer(({ closed }) => closed());
  const stack = trusting(authority);
  assertFailed(
    await wget(folder, ["-T0.3", `https://127.0.0.1:${silent.port}/`], stack),
    4,
    `Cannot connect to 127.0.0.1:${silent.port}: Timed out after 300 ms`,
  );
  const certificate = await authority.certify("IP:127.0.0.1");
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...certificate });
  const { port } = listener.addr;
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const part = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok";
    await connection.write(new TextEncoder().encode(part));
    await connection.read(new Uint8Array(1)).catch(() => null);
  })();
  assertFailed(
    await wget(folder, ["-T0.3", `https://127.0.0.1:${port}/f`], stack),
    4,
    `Cannot read from 127.0.0.1:${port}: Timed out after 300 ms; ` +
      "f keeps 2 bytes, --continue goes on with them",
  );
  await served;
});

test("takes no body for whole that TLS did not end", async (authority, folder) => {
  const certificate = await authority.certify("IP:127.0.0.1");
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...certificate });
  // Between the two: passes bytes on, and cuts the connection off within the body.
  await using cut = startServer(async ({ send, received }) => {
    using upstream = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    const up = (async () => {
      for await (const bytes of received()) await upstream.write(bytes);
    })();
    const buffer = new Uint8Array(4096);
    for (let passed = 0; passed < 100_000;) {
      const count = await upstream.read(buffer) ?? 0;
      if (count === 0) break;
      await send(buffer.slice(0, count));
      passed += count;
    }
    up.catch(() => {});
  });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(new TextEncoder().encode("HTTP/1.0 200 OK\r\n\r\n"));
    for (;;) await connection.write(new Uint8Array(10_000));
  })().catch(() => {});
  const got = await wget(folder, [`https://127.0.0.1:${cut.port}/f`], trusting(authority));
  assertStringIncludes(got.stderr, "the connection ended without the end that TLS has; f keeps ");
  assertEquals(got.code, 4);
  await served;
});

test("goes where Deno lets it go by name", async (authority, folder) => {
  await using server = serve(await authority.certify("DNS:localhost"));
  const flags = [`--cert=${authority.file}`];
  const url = `https://localhost:${server.port}/f`;
  const granted = [`--allow-net=localhost:${server.port}`, ...flags];
  const got = await wget(folder, [url], { stack: "deno", flags: granted });
  assertEquals(got.code, 0, got.stderr);
  for (const denied of [["--allow-net", "--deny-net=127.0.0.1"], ["--allow-net=127.0.0.1"]]) {
    const refused = await wget(folder, [url], { stack: "deno", flags: [...denied, ...flags] });
    assertStringIncludes(
      refused.stderr,
      `vmsock: Cannot connect to localhost:${server.port}: Permission denied (EACCES)`,
    );
    assertEquals(refused.code, 4);
  }
});
