import { assert, assertEquals, assertMatch } from "@std/assert";
import { statusPage } from "../../../lib/apps/httpd/status_text.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { ask, exchange, get, startHttpd, temporaryFolder } from "./httpd_server.ts";

/** Bytes of the page that says a status. */
function page(status: number): number {
  return statusPage(status).length;
}

function makeSite(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/a.txt`, "hello");
  Deno.writeFileSync(`${folder.path}/large.bin`, new Uint8Array(1_000_000));
  return folder;
}

/** Lines without their dates, which are checked. */
function withoutDates(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const date = / \[([0-9]{2}\/[A-Z][a-z]{2}\/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} \+0000)\]/.exec(
      line,
    );
    assert(date !== null, line);
    return line.replace(date[0], "");
  });
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd --log writes the common log format`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--log"] });
    const requests: readonly (readonly [request: string, line: string])[] = [
      [get("/a.txt"), '127.0.0.1 - - "GET /a.txt HTTP/1.1" 200 5'],
      [get("/a.txt").replace("GET", "HEAD"), '127.0.0.1 - - "HEAD /a.txt HTTP/1.1" 200 -'],
      [get("/a.txt", "If-None-Match: *"), '127.0.0.1 - - "GET /a.txt HTTP/1.1" 304 -'],
      [get("/large.bin?a=b"), '127.0.0.1 - - "GET /large.bin?a=b HTTP/1.1" 200 1000000'],
      [get("/large.bin", "Range: bytes=5-14"), '127.0.0.1 - - "GET /large.bin HTTP/1.1" 206 10'],
      [get("/%00"), `127.0.0.1 - - "GET /%00 HTTP/1.1" 400 ${page(400)}`],
      ["POST / HTTP/1.0\r\n\r\n", `127.0.0.1 - - "POST / HTTP/1.0" 405 ${page(405)}`],
      ["\x16\x03\x01\r\n\r\n", `127.0.0.1 - - "-" 400 ${page(400)}`],
      ["GET / HTTP/2.0\r\n\r\n", `127.0.0.1 - - "GET / HTTP/2.0" 505 ${page(505)}`],
      [get('/"\\\xff'), `127.0.0.1 - - "GET /\\"\\\\\\xff HTTP/1.1" 400 ${page(400)}`],
    ];
    for (const [request] of requests) await ask(server.port, request);
    const lines = withoutDates(await server.logged(requests.length));
    assertEquals(lines, requests.map(([, line]) => line));
  });

  Deno.test(`[${stack}] httpd --log names the request whose body did not come`, async () => {
    using site = makeSite();
    const args = ["--log", "--timeout=0.3"];
    await using server = await startHttpd(stackFlags, site.path, { args });
    await ask(server.port, get("/a.txt", "Content-Length: 5") + "abc");
    const lines = withoutDates(await server.logged(1));
    assertEquals(lines, [`127.0.0.1 - - "GET /a.txt HTTP/1.1" 408 ${page(408)}`]);
  });

  Deno.test(`[${stack}] httpd --log cuts long lines, between characters`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--log"] });
    // "GET /" and 2043 characters are logged; escaped ones are 2 or 4.
    const targets: readonly (readonly [target: string, logged: string])[] = [
      ["a".repeat(5000), "a".repeat(2043)],
      ['"'.repeat(5000), '\\"'.repeat(1021)],
      ["\xff".repeat(5000), "\\xff".repeat(510)],
      [`a${"\\".repeat(5000)}`, `a${"\\\\".repeat(1021)}`],
    ];
    for (const [target] of targets) await ask(server.port, get(`/${target}`));
    const lines = withoutDates(await server.logged(targets.length));
    const requests = lines.map((line) => /^127\.0\.0\.1 - - "(.*)" [0-9]+ [0-9]+$/.exec(line)?.[1]);
    assertEquals(requests, targets.map(([, logged]) => `GET /${logged}`));
  });

  Deno.test(`[${stack}] httpd --log has a line for each pipelined request`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--log"] });
    const count = 3000;
    await exchange(server.port, "GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n".repeat(count) + get("/"));
    const lines = withoutDates(await server.logged(count + 1));
    const expected = Array(count).fill('127.0.0.1 - - "GET /a.txt HTTP/1.1" 200 5');
    assertEquals(lines, [...expected, `127.0.0.1 - - "GET / HTTP/1.1" 403 ${page(403)}`]);
  });

  const ignore = stack === "deno";
  const why = ignore ? " (skipped: Deno cannot tell whether a pipe is full)" : "";
  Deno.test({
    name: `[${stack}] httpd --log goes on and stops while nobody reads${why}`,
    ignore,
    fn: async () => {
      using site = makeSite();
      const options = { args: ["--log"], isUnread: true };
      await using server = await startHttpd(stackFlags, site.path, options);
      // Enough for what a pipe, and Deno on its other end, hold.
      const count = 8000;
      const requests = "GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n".repeat(count);
      const answers = await exchange(server.port, requests + get("/a.txt"));
      assertEquals(answers.split("\r\n\r\nhello").length, count + 2);
      assertEquals(await server.stop("SIGINT"), 130);
    },
  });

  Deno.test(`[${stack}] httpd without --log writes nothing to standard output`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    await ask(server.port, get("/a.txt"));
    await server.stop("SIGTERM");
    assertEquals(server.log(), "");
    assertMatch(
      server.errors(),
      /^Serving [^\n]* at http:\/\/127\.0\.0\.1:[0-9]+\/ \(Ctrl-C stops\)\n$/,
    );
  });
}
