import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Exchange, startServer } from "../scripted_server.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { assertFailed, emptyFolder, failures, wget } from "./wget.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** How long a server that sends byte by byte waits in between: no client may depend on it. */
const DRIP_PAUSE = 5;

/** Sends text again and again, until the client is gone. */
async function flood({ send }: Exchange, text: string): Promise<void> {
  for (;;) await send(text);
}

/** Sends a byte now and then, until the client is gone. */
async function drip({ send }: Exchange): Promise<void> {
  for (;;) {
    await send("x");
    await new Promise((resolve) => setTimeout(resolve, DRIP_PAUSE));
  }
}

/** What a server does, how wget ends, why, and what is kept; `f` is the file. */
interface Case {
  readonly name: string;
  readonly answer: (exchange: Exchange) => Promise<void>;
  readonly args?: readonly string[];
  readonly status: number;
  readonly reason: string;
  readonly kept?: string;
}

const CASES: readonly Case[] = [
  {
    name: "a header field that never ends",
    answer: async (exchange) => {
      await exchange.send(`${OK}X: `);
      await flood(exchange, "x".repeat(10_000));
    },
    status: 7,
    reason: "the response has a line that is too long",
  },
  {
    name: "header fields without end",
    answer: async (exchange) => {
      await exchange.send(OK);
      await flood(exchange, "A: b\r\n".repeat(100));
    },
    status: 7,
    reason: "there are more than 256 header fields",
  },
  {
    name: "interim responses without end",
    answer: (exchange) => flood(exchange, "HTTP/1.1 100 Continue\r\n\r\n"),
    status: 7,
    reason: "there are more than 16 interim responses",
  },
  {
    name: "a chunk extension that never ends",
    answer: async (exchange) => {
      await exchange.send(`${CHUNKED}5;`);
      await flood(exchange, "x".repeat(10_000));
    },
    status: 7,
    reason: "the response has a line that is too long",
  },
  {
    name: "trailers without end",
    answer: async (exchange) => {
      await exchange.send(`${CHUNKED}2\r\nok\r\n0\r\n`);
      await flood(exchange, "A: b\r\n".repeat(100));
    },
    status: 7,
    reason: "there are more than 256 header fields",
    kept: "ok",
  },
  {
    name: "a chunk of more bytes than there can be",
    answer: ({ send }) => send(`${CHUNKED}ffffffffffffffff\r\nx`),
    status: 7,
    reason: 'the chunk size "ffffffffffffffff" is malformed',
  },
  {
    name: "a chunk that is longer than it says",
    answer: ({ send }) => send(`${CHUNKED}2\r\nokay\r\n0\r\n\r\n`),
    status: 7,
    reason: "a chunk does not end where it should",
    kept: "ok",
  },
  {
    name: "an end before the last chunk",
    answer: ({ send }) => send(`${CHUNKED}2\r\nok\r\n`),
    status: 4,
    reason: "the connection ended before the last chunk",
    kept: "ok",
  },
  {
    name: "a Content-Length beyond what is sent",
    answer: ({ send }) => send(`${OK}Content-Length: 9007199254740991\r\n\r\nok`),
    status: 4,
    reason: "the connection ended after 2 of 9007199254740991 bytes",
    kept: "ok",
  },
  {
    name: "a Content-Length beyond all numbers",
    answer: ({ send }) => send(`${OK}Content-Length: 99999999999999999999\r\n\r\nok`),
    status: 7,
    reason: 'the Content-Length "99999999999999999999" is malformed',
  },
  {
    name: "a negative Content-Length",
    answer: ({ send }) => send(`${OK}Content-Length: -1\r\n\r\nok`),
    status: 7,
    reason: 'the Content-Length "-1" is malformed',
  },
  {
    name: "two lengths",
    answer: ({ send }) => send(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nok`),
    status: 7,
    reason: 'the Content-Length "1, 2" is malformed',
  },
  {
    name: "no response at all",
    answer: () => Promise.resolve(),
    status: 4,
    reason: "the server closed the connection without a response",
  },
  {
    name: "an end within the header fields",
    answer: ({ send }) => send(`${OK}Content-Le`),
    status: 4,
    reason: "the connection ended within a line",
  },
  {
    name: "what is no HTTP, and would control a terminal",
    answer: ({ send }) => send("220 \x1b]0;evil\x07\x9b2J ftp\r\n"),
    status: 7,
    reason: 'the response starts with "220 \\u001b]0;evil\\u0007?2J ftp", not HTTP/1.1',
  },
  {
    name: "a transfer coding that nobody asked for",
    answer: ({ send }) => send(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`),
    status: 7,
    reason: 'the transfer coding "gzip, chunked" is not supported',
  },
  {
    name: "another part than was asked for",
    answer: ({ send }) =>
      send("HTTP/1.1 206 x\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n0123456789"),
    status: 7,
    reason: "the server sent a part without being asked for one",
  },
];

const SLOW: readonly Case[] = [
  {
    name: "a head that comes byte by byte",
    answer: async (exchange) => {
      await exchange.send(`${OK}X: `);
      await drip(exchange);
    },
    args: ["--timeout=0.3"],
    status: 4,
    reason: "Timed out after 300 ms",
  },
  {
    name: "a body that comes byte by byte",
    answer: async (exchange) => {
      await exchange.send(`${OK}\r\n`);
      await drip(exchange);
    },
    args: ["--timeout=10", "--max-time=0.3"],
    status: 4,
    reason: "Timed out after 300 ms",
    kept: "x",
  },
  {
    name: "a body that stops",
    answer: async ({ send, closed }) => {
      await send(`${OK}Content-Length: 9\r\n\r\nok`);
      await closed();
    },
    args: ["-T0.2"],
    status: 4,
    reason: "Timed out after 200 ms",
    kept: "ok",
  },
  {
    name: "nothing",
    answer: ({ closed }) => closed(),
    args: ["--timeout=0.2"],
    status: 4,
    reason: "Timed out after 200 ms",
  },
];

for (const stack of STACK_FLAGS) {
  for (const { name, answer, args = [], status, reason, kept } of [...CASES, ...SLOW]) {
    Deno.test(`[${stack.stack}] wget survives ${name}`, async () => {
      await using folder = await emptyFolder();
      await using server = startServer(async (exchange) => {
        await exchange.request();
        await answer(exchange);
      });
      const got = await wget(folder, [...args, `${server.origin}/f`], stack);
      const [line = "", ...more] = failures(got);
      assertEquals([got.code, more], [status, []], got.stderr);
      assertStringIncludes(line, reason);
      assert(line.length < 400, line);
      assertEquals(folder.names(), kept === undefined ? [] : ["f"]);
      if (kept === undefined) return;
      assert(folder.text("f").startsWith(kept), folder.text("f"));
      assertStringIncludes(line, `; f keeps ${folder.text("f").length} bytes`);
    });
  }
}

Deno.test("wget reads no more than the Content-Length", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    await request();
    await send(`${OK}Content-Length: 2\r\n\r\nokay, and much more`);
  });
  assertEquals((await wget(folder, [`${server.origin}/f`])).code, 0);
  assertEquals(folder.text("f"), "ok");
});

Deno.test("wget takes no more than a part promised, and no other part", async () => {
  await using folder = await emptyFolder();
  const ranges = ["bytes 2-3/4", "bytes 0-3/4", "bytes 2-4/4"];
  await using server = startServer(async ({ request, send }) => {
    await request();
    const range = ranges.shift();
    await send(`HTTP/1.1 206 x\r\nContent-Range: ${range}\r\n\r\nmore than that`);
  });
  for (let round = 0; round < 3; round++) {
    folder.write("f", "ab");
    const got = await wget(folder, ["-c", `${server.origin}/f`]);
    assertEquals([got.code, folder.text("f")], [7, "ab"], got.stderr);
  }
});

Deno.test("wget writes nowhere but into the current folder, whatever a server says", async () => {
  await using outer = await emptyFolder();
  Deno.mkdirSync(`${outer.path}/in`);
  const folder = { ...outer, path: `${outer.path}/in` };
  const locations = [
    "/../../out",
    "/..%2f..%2fout",
    "//127.0.0.1:PORT/../../../out",
    "/x/%2e%2e/%2e%2e/out",
    "/out%00.txt",
    "/out\tx",
    "?file=/tmp/out",
    "/..\\..\\out",
  ];
  await using server = startServer(async ({ request, send }) => {
    const index = /^GET \/r([0-9]+) /.exec(await request())?.[1];
    const location = index === undefined ? undefined : locations[Number(index)];
    await send(
      location === undefined
        ? `${OK}Content-Disposition: attachment; filename="../out"\r\nContent-Length: 2\r\n\r\nok`
        : `HTTP/1.1 302 x\r\nLocation: ${location.replace("PORT", String(server.port))}\r\n\r\n`,
    );
  });
  const urls = locations.map((_, index) => `${server.origin}/r${index}`);
  const direct = locations.map((path) =>
    path.startsWith("//") ? `http:${path.replace("PORT", String(server.port))}` : path
  ).map((path) => path.startsWith("http:") ? path : server.origin + path);
  const got = await wget(folder, [...urls, ...direct]);
  assertEquals(got.code, 0, got.stderr);
  assertEquals(outer.names(), ["in"]);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assertEquals(names, [
    "..%2F..%2Fout",
    "index.html?file=%2Ftmp%2Fout",
    "out",
    "out%00.txt",
    "out.1",
    "out.2",
    "out.3",
    "outx",
    ...locations.map((_, index) => `r${index}`),
  ]);
});

Deno.test("wget shows no control characters of a server's", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const isFirst = (await request()).startsWith("GET /f ");
    await send(
      isFirst
        ? "HTTP/1.1 302 \x9b1m\r\nLocation: /\x9b2J?\x80\r\n\r\n"
        : `HTTP/1.1 200 \x9bm\r\nContent-Type: a\x9bb\r\nContent-Length: 2\r\n\r\nok`,
    );
  });
  for (const args of [["f"], ["g", "out\x1b[31m"]]) {
    const [path = "", ...output] = args;
    const { stderr, code } = await wget(folder, [`${server.origin}/${path}`, ...output]);
    assertEquals([code, /(?!\n)\p{Cc}/u.test(stderr)], [0, false], JSON.stringify(stderr));
  }
});

Deno.test("wget says in one bounded line where a long Location leads", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    await request();
    await send(`HTTP/1.1 302 x\r\nLocation: ftp://${"x".repeat(50_000)}\r\n\r\n`);
  });
  const got = await wget(folder, [`${server.origin}/f`]);
  assertEquals([got.code, failures(got).length], [1, 1]);
  assert((failures(got)[0] ?? "").length < 400);
  assertFailed(got, 1, ...failures(got).map((line) => line.slice("vmsock: ".length)));
});
