import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { STACK_FLAGS } from "../vmsock.ts";
import { ask, get, RawConnection, startHttpd, temporaryFolder } from "./httpd_server.ts";

const TEXT = "hello, world\n";
const PAST = 1_000_000_000;
const PAST_DATE = "Sun, 09 Sep 2001 01:46:40 GMT";

/** A folder with a few files. */
function makeSite(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  const { path } = folder;
  Deno.mkdirSync(`${path}/sub`);
  Deno.mkdirSync(`${path}/empty`);
  Deno.mkdirSync(`${path}/a b`);
  for (const name of ["a.txt", "sub/index.html", "a b/c&d.txt"]) {
    Deno.writeTextFileSync(`${path}/${name}`, TEXT);
    Deno.utimeSync(`${path}/${name}`, PAST, PAST);
  }
  Deno.writeTextFileSync(`${path}/nothing.txt`, "");
  return folder;
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd answers 200 with what a client needs to know`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const { status, headers, body } = await ask(server.port, get("/a.txt?query"));
    assertEquals([status, body], [200, TEXT]);
    assertEquals(headers.get("content-type"), "text/plain; charset=utf-8");
    assertEquals(headers.get("content-length"), String(TEXT.length));
    assertEquals(headers.get("last-modified"), PAST_DATE);
    assertEquals(headers.get("accept-ranges"), "bytes");
    assertEquals(headers.get("connection"), "close");
    assert(/^"[0-9a-f-]+"$/.test(headers.get("etag") ?? ""));
    const age = Date.now() - Date.parse(headers.get("date") ?? "");
    assert(age > -2000 && age < 60_000, String(age));

    const head = await ask(server.port, get("/a.txt").replace("GET", "HEAD"));
    headers.delete("date");
    head.headers.delete("date");
    assertEquals([head.status, head.body, [...head.headers]], [200, "", [...headers]]);

    const empty = await ask(server.port, get("/nothing.txt"));
    assertEquals([empty.status, empty.headers.get("content-length")], [200, "0"]);
    const index = await ask(server.port, get("/sub/"));
    assertEquals([index.status, index.body], [200, TEXT]);
    assertEquals(index.headers.get("content-type"), "text/html; charset=utf-8");
    assertEquals((await ask(server.port, get("http://any:1/a.txt"))).body, TEXT);
    assertEquals((await ask(server.port, get("/a%20b/c%26d.txt"))).body, TEXT);
  });

  Deno.test(`[${stack}] httpd answers 301 to a folder without its slash`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const locations: readonly (readonly [target: string, location: string])[] = [
      ["/sub", "/sub/"],
      ["/sub?x=/../y", "/sub/?x=/../y"],
      ["/a%20b", "/a%20b/"],
      // Not another host's.
      ["//sub", "/sub/"],
      ["///sub", "/sub/"],
      ["http://h/sub", "/sub/"],
    ];
    for (const [target, location] of locations) {
      const { status, headers } = await ask(server.port, get(target));
      assertEquals([status, headers.get("location")], [301, location], target);
    }
  });

  Deno.test(`[${stack}] httpd answers 304 and 412 as the client's conditions say`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const etag = (await ask(server.port, get("/a.txt"))).headers.get("etag") ?? "";
    const cases: readonly (readonly [field: string, status: number])[] = [
      [`If-None-Match: ${etag}`, 304],
      [`If-None-Match: "x", W/${etag}`, 304],
      ["If-None-Match: *", 304],
      ['If-None-Match: "x"', 200],
      [`If-Modified-Since: ${PAST_DATE}`, 304],
      ["If-Modified-Since: Sun, 09 Sep 2001 01:46:39 GMT", 200],
      [`If-Match: ${etag}`, 200],
      ['If-Match: "x"', 412],
      [`If-Unmodified-Since: ${PAST_DATE}`, 200],
      ["If-Unmodified-Since: Sun, 09 Sep 2001 01:46:39 GMT", 412],
    ];
    for (const [field, expected] of cases) {
      for (const method of ["GET", "HEAD"]) {
        const request = get("/a.txt", field).replace("GET", method);
        const { status, headers, body } = await ask(server.port, request);
        assertEquals(status, expected, field);
        if (status === 304) assertEquals([headers.get("etag"), body], [etag, ""]);
        if (status === 200 && method === "GET") assertEquals(body, TEXT);
      }
    }
    const missing = await ask(server.port, get("/no.txt", "If-Match: *", "If-None-Match: *"));
    assertEquals(missing.status, 404);
  });

  Deno.test(`[${stack}] httpd answers 206 and 416 to ranges`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const etag = (await ask(server.port, get("/a.txt"))).headers.get("etag") ?? "";
    const one = await ask(server.port, get("/a.txt", "Range: bytes=7-11", `If-Range: ${etag}`));
    assertEquals([one.status, one.body], [206, "world"]);
    assertEquals(one.headers.get("content-range"), "bytes 7-11/13");
    assertEquals(one.headers.get("etag"), etag);

    const several = await ask(server.port, get("/a.txt", "Range: bytes=0-1,-3,50-"));
    const type = several.headers.get("content-type") ?? "";
    const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(type)?.[1];
    const part = (range: string, text: string) =>
      `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Range: bytes ${range}/13\r\n\r\n${text}\r\n`;
    const expected = `${part("0-1", "he")}${part("10-12", "ld\n")}--${boundary}--\r\n`;
    assertEquals([several.status, several.body], [206, expected]);

    const outside = await ask(server.port, get("/a.txt", "Range: bytes=13-"));
    assertEquals([outside.status, outside.body], [416, ""]);
    assertEquals(outside.headers.get("content-range"), "bytes */13");
    for (
      const fields of [
        ["Range: bytes=0-1", 'If-Range: "x"'],
        ["Range: bytes=0-1", `If-Range: W/${etag}`],
        ["Range: bytes=0-1", "If-Range: Sun, 09 Sep 2001 01:46:39 GMT"],
        ["Range: bytes=1-0"],
        ["Range: seconds=0-1"],
        ["Range: bytes=0-1", "Range: bytes=2-3"],
      ]
    ) assertEquals((await ask(server.port, get("/a.txt", ...fields))).body, TEXT);
    const dated = ["Range: bytes=0-1", `If-Range: ${PAST_DATE}`];
    assertEquals((await ask(server.port, get("/a.txt", ...dated))).body, "he");
    const fresh = ["Range: bytes=0-1", `If-None-Match: ${etag}`];
    assertEquals((await ask(server.port, get("/a.txt", ...fresh))).status, 304);
    const head = get("/a.txt", "Range: bytes=0-1").replace("GET", "HEAD");
    const { status, headers } = await ask(server.port, head);
    assertEquals([status, headers.get("content-length")], [200, "13"]);
  });

  Deno.test(`[${stack}] httpd answers with the status of each mistake`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const line = (text: string) => `${text}\r\nHost: h\r\nConnection: close\r\n\r\n`;
    const cases: readonly (readonly [request: string, status: number])[] = [
      [get("/%zz"), 400],
      [get("/a.txt%00"), 400],
      ["nonsense\r\n\r\n", 400],
      ["GET /\r\n\r\n", 400],
      [get("/empty/"), 403],
      [get("/a/../a.txt"), 403],
      [get("/missing.txt"), 404],
      [get("/a.txt/"), 404],
      [get("/a.txt/b"), 404],
      [get(`/${"x".repeat(300)}`), 404],
      [line("POST /a.txt HTTP/1.1"), 405],
      [line("OPTIONS * HTTP/1.1"), 405],
      [line("CONNECT h:1 HTTP/1.1"), 405],
      [line("POST /a.txt HTTP/1.1").replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\nabc"), 405],
      [get("/a.txt", "Content-Length: 99999999999"), 413],
      [get("/a.txt", "Transfer-Encoding: chunked") + "100000\r\n", 413],
      [line("POST / HTTP/1.1").replace("\r\n\r\n", "\r\nContent-Length: 9999999\r\n\r\n"), 413],
      [get(`/${"x".repeat(9000)}`), 414],
      [get("/a.txt", "Expect: everything"), 417],
      [get("/a.txt", `X: ${"x".repeat(17_000)}`), 431],
      [get("/a.txt", ...Array(101).fill("X: y")), 431],
      [line("BREW / HTTP/1.1"), 501],
      [get("/a.txt", "Transfer-Encoding: gzip, chunked"), 501],
      [line("GET / HTTP/2.0"), 505],
      [line("GET / HTTP/0.9"), 505],
    ];
    for (const [request, status] of cases) {
      const response = await ask(server.port, request);
      assertEquals(response.status, status, request.slice(0, 100));
      assertEquals(response.headers.get("connection"), "close");
      assertStringIncludes(response.body, `<h1>${status} `);
      if (status === 405) assertEquals(response.headers.get("allow"), "GET, HEAD");
    }
  });

  Deno.test(`[${stack}] httpd refuses HEAD without a body`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const cases: readonly (readonly [request: string, status: number])[] = [
      ["HEAD / HTTP/1.1\r\n\r\n", 400],
      ["HEAD / HTTP/1.1\r\nHost: h\r\nExpect: everything\r\n\r\n", 417],
      ["HEAD / HTTP/2.0\r\n\r\n", 505],
      [`HEAD / HTTP/1.1\r\nX: ${"x".repeat(17_000)}`, 431],
    ];
    for (const [request, status] of cases) {
      using connection = await RawConnection.open(server.port);
      await connection.send(request);
      const response = await connection.rest();
      assertStringIncludes(response, `HTTP/1.1 ${status} `);
      assert(response.endsWith("\r\n\r\n"), response);
    }
  });

  Deno.test(`[${stack}] httpd lists a folder where that was asked for`, async () => {
    using site = makeSite();
    Deno.writeTextFileSync(`${site.path}/empty/<i>"x"&'y'.txt`, "");
    Deno.writeTextFileSync(`${site.path}/empty/javascript:alert(1)`, "");
    Deno.mkdirSync(`${site.path}/empty/deep`);
    await using server = await startHttpd(stackFlags, site.path, { args: ["--list"] });
    const { status, headers, body } = await ask(server.port, get("/empty/"));
    assertEquals([status, headers.get("content-type")], [200, "text/html; charset=utf-8"]);
    const rows = [...body.matchAll(/<li>(.*)<\/li>/g)].map(([, row]) => row);
    assertEquals(rows, [
      '<a href="../">../</a>',
      '<a href="./%3Ci%3E%22x%22%26%27y%27.txt">&lt;i&gt;&quot;x&quot;&amp;&#39;y&#39;.txt</a>',
      '<a href="./deep/">deep/</a>',
      '<a href="./javascript%3Aalert%281%29">javascript:alert(1)</a>',
    ]);
    assertEquals((await ask(server.port, get("/sub/"))).body, TEXT);
    assert(!(await ask(server.port, get("/"))).body.includes('href="../"'));
  });

  Deno.test(`[${stack}] httpd answers 408 to a request that does not end`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--timeout=0.3"] });
    const beginnings = [
      "G",
      "GET / HTTP/1.1\r\nHost: h\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc",
      "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ];
    const answers = beginnings.map((text) => ask(server.port, text));
    for (const { status, headers } of await Promise.all(answers)) {
      assertEquals([status, headers.get("connection")], [408, "close"]);
    }
    // One chunk after the other does not make it longer; the limit of bytes is far away.
    using dribbling = await RawConnection.open(server.port);
    await dribbling.send("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const answer = dribbling.response();
    let isAnswered = false;
    answer.then(() => isAnswered = true);
    while (!isAnswered) {
      await ask(server.port, get("/a.txt"));
      await dribbling.send("1\r\nx\r\n").catch(() => {});
    }
    assertEquals((await answer).status, 408);
    // Who sent nothing is told nothing.
    using silent = await RawConnection.open(server.port);
    assertEquals(await silent.rest(), "");
  });
}
