import { assert, assertEquals } from "@std/assert";
import { pattern } from "../scripted_server.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import {
  ask,
  exchange,
  get,
  parseResponses,
  RawConnection,
  startHttpd,
  temporaryFolder,
  textOf,
} from "./httpd_server.ts";

const REQUEST = "GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n";
const LARGE = 3_000_017;

function makeSite(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/a.txt`, "hello");
  Deno.writeFileSync(`${folder.path}/large.bin`, pattern(LARGE));
  return folder;
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd keeps connections as the version and the client say`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    using connection = await RawConnection.open(server.port);
    for (const method of ["GET", "HEAD", "GET", "POST", "GET"]) {
      await connection.send(REQUEST.replace("GET", method));
      const { status, headers } = await connection.response(method === "HEAD");
      assertEquals([status, headers.get("connection")], [method === "POST" ? 405 : 200, null]);
    }
    await connection.send("GET /no HTTP/1.1\r\nHost: h\r\n\r\n");
    assertEquals((await connection.response()).status, 404);
    await connection.send(get("/a.txt"));
    const [last] = parseResponses(await connection.rest());
    assertEquals([last?.body, last?.headers.get("connection")], ["hello", "close"]);

    const large = await ask(server.port, get("/large.bin"));
    assertEquals([large.body.length, large.headers.get("connection")], [LARGE, "close"]);

    const old = await ask(server.port, "GET /a.txt HTTP/1.0\r\n\r\n");
    assertEquals([old.body, old.headers.get("connection")], ["hello", "close"]);
    using kept = await RawConnection.open(server.port);
    for (let count = 0; count < 3; count++) {
      await kept.send("GET /a.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
      assertEquals((await kept.response()).headers.get("connection"), "keep-alive");
    }
  });

  Deno.test(`[${stack}] httpd answers pipelined requests in their order`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const targets = ["/a.txt", "/no", "/large.bin", "/a.txt", "/", "/large.bin", "/a.txt"];
    const requests = Array.from(
      { length: 21 },
      (_, index) => targets[index % targets.length] ?? "",
    );
    const text = requests.map((target) => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`).join("");
    const responses = parseResponses(await exchange(server.port, text + get("/a.txt") + text));
    const large = textOf(pattern(LARGE));
    assertEquals(responses.length, requests.length + 1);
    for (const [index, target] of [...requests, "/a.txt"].entries()) {
      const response = responses[index];
      if (target === "/a.txt") assertEquals(response?.body, "hello");
      else if (target === "/large.bin") assert(response?.body === large);
      else assertEquals(response?.status, target === "/" ? 403 : 404);
    }
  });

  Deno.test(`[${stack}] httpd answers thousands of requests sent at once`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const count = 5000;
    using connection = await RawConnection.open(server.port);
    const sending = connection.send(REQUEST.repeat(count) + get("/a.txt"));
    const responses = parseResponses(await connection.rest());
    await sending;
    assertEquals(responses.length, count + 1);
    assert(responses.every(({ body }) => body === "hello"));
  });

  Deno.test(`[${stack}] httpd keeps apart what several clients are slow to take`, async () => {
    using site = makeSite();
    const clients = 6;
    const count = 300;
    for (let index = 0; index < clients; index++) {
      const path = `${site.path}/${index}.txt`;
      Deno.writeTextFileSync(path, `${index}`.repeat(5000));
      // Long ago, so that it is kept in memory.
      Deno.utimeSync(path, 1e9, 1e9);
    }
    await using server = await startHttpd(stackFlags, site.path);
    const connections = await Promise.all(
      Array.from({ length: clients }, () => RawConnection.open(server.port)),
    );
    const sending = connections.map((connection, index) =>
      connection.send(
        `GET /${index}.txt HTTP/1.1\r\nHost: h\r\n\r\n`.repeat(count) + get(`/${index}.txt`),
      )
    );
    // A little from each in turn, so that none can be answered at once.
    const texts = connections.map(() => "");
    let open = clients;
    while (open > 0) {
      for (const [index, connection] of connections.entries()) {
        if (connection.isAtEnd) continue;
        texts[index] += await connection.read();
        if (connection.isAtEnd) open--;
      }
    }
    await Promise.all(sending);
    for (const [index, connection] of connections.entries()) {
      connection.close();
      const responses = parseResponses(texts[index] ?? "");
      assertEquals(responses.length, count + 1);
      assert(responses.every(({ body }) => body === `${index}`.repeat(5000)));
    }
  });

  Deno.test(`[${stack}] httpd takes requests in pieces of any size`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const long = `GET /a.txt HTTP/1.1\r\nHost: h\r\nX: ${"x".repeat(9000)}\r\n\r\n`;
    for (const [text, size] of [[REQUEST, 1], [REQUEST.repeat(3), 7], [long, 1000]] as const) {
      using connection = await RawConnection.open(server.port);
      for (let start = 0; start < text.length; start += size) {
        await connection.send(text.slice(start, start + size));
      }
      await connection.send(get("/a.txt"));
      const responses = parseResponses(await connection.rest());
      assertEquals(responses.length, text.split("GET").length);
      assert(responses.every(({ body }) => body === "hello"));
    }
  });

  Deno.test(`[${stack}] httpd answers a client that has ended its half`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    using connection = await RawConnection.open(server.port);
    await connection.send(REQUEST + REQUEST.replace("a.txt", "large.bin"));
    await connection.endSending();
    const [small, large] = parseResponses(await connection.rest());
    assertEquals(small?.body, "hello");
    assert(large?.body === textOf(pattern(LARGE)));
  });

  Deno.test(`[${stack}] httpd skips bodies`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const bodies = [
      "Content-Length: 5\r\n\r\nGET /",
      `Content-Length: 60000\r\n\r\n${"GET / HTTP/1.1\r\n\r\n".repeat(4000).slice(0, 60_000)}`,
      "Content-Length: 0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nGET /\r\n0\r\nTrailer: z\r\n\r\n",
    ];
    for (const body of bodies) {
      for (const method of ["GET", "POST"]) {
        const text = `${method} /a.txt HTTP/1.1\r\nHost: h\r\n${body}`;
        const responses = parseResponses(await exchange(server.port, text + get("/a.txt")));
        const statuses = responses.map(({ status }) => status);
        assertEquals(statuses, [method === "GET" ? 200 : 405, 200]);
      }
    }
  });

  Deno.test(`[${stack}] httpd asks for a body that waits to be asked for, unless it is refused`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const head = (method: string, version: string, length: number) =>
      `${method} /a.txt HTTP/${version}\r\nHost: h\r\nContent-Length: ${length}\r\n` +
      "Expect: 100-Continue\r\n\r\n";
    using waiting = await RawConnection.open(server.port);
    await waiting.send(head("GET", "1.1", 5));
    assertEquals((await waiting.response()).status, 100);
    await waiting.send("12345");
    assertEquals((await waiting.response()).body, "hello");
    // What is there already need not be asked for.
    await waiting.send(`${head("GET", "1.1", 5)}12345`);
    assertEquals((await waiting.response()).status, 200);
    assertEquals((await ask(server.port, head("POST", "1.1", 5))).status, 405);
    assertEquals((await ask(server.port, head("BREW", "1.1", 5))).status, 501);
    assertEquals((await ask(server.port, head("GET", "1.1", 9_999_999))).status, 413);
    assertEquals((await ask(server.port, `${head("GET", "1.0", 5)}12345`)).status, 200);
  });

  Deno.test(`[${stack}] httpd sends what was refused to a client that goes on sending`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    using connection = await RawConnection.open(server.port);
    const head = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n`;
    await connection.send(head + "x".repeat(200_000));
    assertEquals(parseResponses(await connection.rest())[0]?.status, 413);
    assertEquals(connection.wasReset, false);
  });
}
