import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Exchange, pattern, type ScriptedServer, startServer } from "../scripted_server.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { assertFailed, emptyFolder, failures, wget } from "./wget.ts";

const OK = "HTTP/1.1 200 OK\r\n";

/** Answers every request with the same bytes. */
function answering(...parts: readonly (string | Uint8Array)[]): ScriptedServer {
  return startServer(async ({ request, send }) => {
    await request();
    await send(...parts);
  });
}

/** A document, or the part of it that a Range field asks for. */
function servingRanges(document: Uint8Array): ScriptedServer {
  return startServer(async ({ request, send }) => {
    const range = /^range: bytes=([0-9]+)-/im.exec(await request());
    const first = Number(range?.[1] ?? 0);
    if (range === null) await send(OK, `Content-Length: ${document.length}\r\n\r\n`, document);
    else if (first >= document.length) {
      await send(`HTTP/1.1 416 No\r\nContent-Range: bytes */${document.length}\r\n\r\n`);
    } else {
      const part = document.subarray(first);
      await send(
        "HTTP/1.1 206 Partial Content\r\n",
        `Content-Range: bytes ${first}-${document.length - 1}/${document.length}\r\n`,
        `Content-Length: ${part.length}\r\n\r\n`,
        part,
      );
    }
  });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Sends a body as the path says: `/length-5`, `/chunked-5`, `/close-5`. */
async function sendFramed({ request, send }: Exchange): Promise<void> {
  const [, framing, size] = /^GET \/([a-z]+)-([0-9]+) /.exec(await request()) ?? [];
  const body = pattern(Number(size));
  if (framing === "length") await send(OK, `Content-Length: ${body.length}\r\n\r\n`, body);
  else if (framing === "close") await send("HTTP/1.0 200 OK\r\n\r\n", body);
  else {
    await send(OK, "Transfer-Encoding: chunked\r\n\r\n");
    for (let start = 0; start < body.length; start += 70_001) {
      const chunk = body.subarray(start, start + 70_001);
      await send(`${chunk.length.toString(16)};x=y\r\n`, chunk, "\r\n");
    }
    await send("0\r\nTrailer: x\r\n\r\n");
  }
}

for (const stack of STACK_FLAGS) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test(`[${stack.stack}] ${name}`, body);

  test("wget saves bodies byte for byte, however they end", async () => {
    await using folder = await emptyFolder();
    await using server = startServer(sendFramed);
    const names = ["length", "chunked", "close"]
      .flatMap((framing) => [0, 1, 65_536, 3_000_019].map((size) => `${framing}-${size}`));
    const got = await wget(folder, names.map((name) => `${server.origin}/${name}`), stack);
    assertEquals([failures(got), got.code, got.text], [[], 0, ""]);
    assertEquals(folder.names(), names.toSorted());
    for (const name of names) {
      assert(sameBytes(folder.read(name), pattern(Number(name.split("-")[1]))), name);
    }
  });

  test("wget goes on with a file: -c", async () => {
    await using folder = await emptyFolder();
    const document = pattern(1_000_003);
    await using server = servingRanges(document);
    folder.write("f", document.subarray(0, 400_000));
    for (const line of ["Saved 1000003 bytes", "f has all 1000003 bytes already"]) {
      const got = await wget(folder, ["-c", `${server.origin}/f`], stack);
      assertEquals([failures(got), got.code], [[], 0]);
      assertStringIncludes(got.stderr, line);
      assert(sameBytes(folder.read("f"), document), line);
    }
    assertEquals(folder.names(), ["f"]);
    assertMatch(server.requests[0] ?? "", /^Range: bytes=400000-\r$/m);
    assertMatch(server.requests[1] ?? "", /^Range: bytes=1000003-\r$/m);
  });

  test("wget keeps what came of a download that ended early, and goes on with it", async () => {
    await using folder = await emptyFolder();
    const document = pattern(500_000);
    const url = (server: ScriptedServer) => `${server.origin}/f`;
    await using cut = answering(
      OK,
      "Content-Length: 500000\r\n\r\n",
      document.subarray(0, 123_456),
    );
    const first = await wget(folder, [url(cut)], stack);
    assertFailed(
      first,
      4,
      `Cannot get ${url(cut)}: the connection ended after 123456 of 500000 bytes; ` +
        "f keeps 123456 bytes, --continue goes on with them",
    );
    assert(sameBytes(folder.read("f"), document.subarray(0, 123_456)));
    await using whole = servingRanges(document);
    assertEquals((await wget(folder, ["--continue", url(whole)], stack)).code, 0);
    assert(sameBytes(folder.read("f"), document));
  });

  test("wget says what it does, and with -q nothing", async () => {
    await using folder = await emptyFolder();
    await using server = startServer(async ({ request, send }) => {
      if ((await request()).startsWith("GET /a ")) {
        await send("HTTP/1.1 302 Found\r\nLocation: b\r\n\r\n");
      } else await send(OK, "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    });
    const name = `localhost:${server.port}`;
    const loud = await wget(folder, [`${name}/a`], stack);
    assertEquals(loud.stderr.replace(/, [0-9.]+ \S+(?=\) to a$)/m, "").split("\n"), [
      `Getting http://${name}/a`,
      `Connected to ${name} (127.0.0.1:${server.port})`,
      `302 Found: redirected to http://${name}/b`,
      `Connected to ${name} (127.0.0.1:${server.port})`,
      "Answer: 200 OK, 5 bytes, text/plain",
      "Saving to a",
      "Saved 5 bytes (5 bytes) to a",
      "",
    ]);
    const quiet = await wget(folder, ["-q", `${name}/b`], stack);
    assertEquals([quiet.stderr, quiet.text, quiet.code], ["", "", 0]);
    assertEquals(folder.names(), ["a", "b"]);
  });

  test("wget goes on by itself with --tries", async () => {
    await using folder = await emptyFolder();
    const document = pattern(300_000);
    await using server = startServer(async ({ request, send }) => {
      const first = Number(/^range: bytes=([0-9]+)-/im.exec(await request())?.[1] ?? 0);
      const head = first === 0
        ? `${OK}Content-Length: 300000\r\n\r\n`
        : `HTTP/1.1 206 x\r\nContent-Range: bytes ${first}-299999/300000\r\n\r\n`;
      // A third of it each time, and then the connection ends.
      await send(head, document.subarray(first, first + 100_000));
    });
    const got = await wget(folder, ["--tries=3", `${server.origin}/f`], stack);
    assertEquals(got.code, 0, got.stderr);
    assert(sameBytes(folder.read("f"), document));
    assertEquals(server.requests.length, 3);
    const gaveUp = await wget(folder, ["-t2", `${server.origin}/g`], stack);
    assertEquals([gaveUp.code, folder.read("g").length], [4, 200_000]);
  });

  test("wget names the failures of the network, and their statuses", async () => {
    await using folder = await emptyFolder();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    assertFailed(
      await wget(folder, [`http://127.0.0.1:${port}/`], stack),
      4,
      `Cannot connect to 127.0.0.1:${port}: Connection refused (ECONNREFUSED)`,
    );
    const unknown = await wget(folder, ["http://nowhere.invalid/"], stack);
    assertMatch(unknown.stderr, /vmsock: Cannot resolve nowhere\.invalid: (?:No such|Temporary)/);
    assertEquals([unknown.code, folder.names()], [4, []]);
  });

  test("wget prints to standard output: -O -", async () => {
    await using folder = await emptyFolder();
    await using server = servingRanges(pattern(100_000));
    for (const args of [["-O", "-"], ["-qO-"], ["--output-document=-"]]) {
      const got = await wget(folder, [...args, server.origin], stack);
      assert(sameBytes(got.stdout, pattern(100_000)), args.join(" "));
      assertEquals([got.code, failures(got)], [0, []]);
    }
    const operand = await wget(folder, [server.origin, "-"], stack);
    assert(sameBytes(operand.stdout, pattern(100_000)));
    assertEquals(folder.names(), []);
  });
}

Deno.test("wget names files as GNU Wget does", async () => {
  await using folder = await emptyFolder();
  await using server = answering(OK, "Content-Length: 2\r\n\r\nok");
  folder.write("b", "was here");
  const paths = ["/", "/a?x=/y", "/b", "/b", "/..%2Fc", "/d%0Ae"];
  const got = await wget(folder, paths.map((path) => server.origin + path));
  assertEquals(got.code, 0, got.stderr);
  assertEquals(folder.names(), [
    "..%2Fc",
    "a?x=%2Fy",
    "b",
    "b.1",
    "b.2",
    "d%0Ae",
    "index.html",
  ]);
  assertEquals(folder.text("b"), "was here");
});

Deno.test("wget saves one URL to the file that is named after it", async () => {
  await using folder = await emptyFolder();
  await using server = answering(OK, "Content-Length: 2\r\n\r\nok");
  folder.write("out", "something longer");
  assertEquals((await wget(folder, [`${server.origin}/f`, "out"])).code, 0);
  assertEquals([folder.names(), folder.text("out")], [["out"], "ok"]);
});

Deno.test("wget saves all URLs to the file of -O, one after the other", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const path = /^GET (\S+)/.exec(await request())?.[1] ?? "";
    if (path === "/no") await send("HTTP/1.1 404 No\r\n\r\n");
    else await send(OK, `\r\n${path}`);
  });
  folder.write("out", "something longer");
  const urls = ["/a", "/no", "/b"].map((path) => server.origin + path);
  assertFailed(
    await wget(folder, ["-O", "out", ...urls]),
    8,
    `Cannot get ${server.origin}/no: the server answered 404 No`,
  );
  assertEquals([folder.names(), folder.text("out")], [["out"], "/a/b"]);
  await wget(folder, ["-O", "kept", `${server.origin}/no`]);
  assertEquals(folder.names(), ["out"]);
});

Deno.test("wget leaves the file of -O alone if the server has nothing for it", async () => {
  await using folder = await emptyFolder();
  await using server = answering("HTTP/1.1 500 Sorry\r\n\r\n");
  folder.write("out", "kept");
  assertEquals((await wget(folder, ["-O", "out", server.origin])).code, 8);
  assertEquals(folder.text("out"), "kept");
});

Deno.test("wget goes on although the server knows no ranges", async () => {
  await using folder = await emptyFolder();
  const document = pattern(200_000);
  await using server = answering(OK, "Content-Length: 200000\r\n\r\n", document);
  folder.write("f", document.subarray(0, 70_000));
  const first = await wget(folder, ["-c", `${server.origin}/f`]);
  assertStringIncludes(
    first.stderr,
    "The server sends everything again: 70000 bytes are skipped\nGoing on with f after 70000 bytes\n",
  );
  assert(sameBytes(folder.read("f"), document));
  const second = await wget(folder, ["-c", `${server.origin}/f`]);
  assertEquals([first.code, second.code], [0, 0]);
  assert(sameBytes(folder.read("f"), document));
});

Deno.test("wget -c begins where nothing is there, and goes on with the file of -O", async () => {
  await using folder = await emptyFolder();
  await using server = servingRanges(pattern(1000));
  assertEquals((await wget(folder, ["-c", `${server.origin}/f`])).code, 0);
  assert(sameBytes(folder.read("f"), pattern(1000)));
  folder.write("out", pattern(1000).subarray(0, 10));
  assertEquals((await wget(folder, ["-cO", "out", `${server.origin}/f`])).code, 0);
  assert(sameBytes(folder.read("out"), pattern(1000)));
});

Deno.test("wget -c leaves a file alone that is no beginning of the document", async () => {
  await using folder = await emptyFolder();
  await using server = servingRanges(pattern(1000));
  folder.write("f", pattern(2000));
  const url = `${server.origin}/f`;
  assertFailed(
    await wget(folder, ["-c", url]),
    1,
    `Cannot get ${url}: 2000 bytes have been saved, more than the 1000 that the server has`,
  );
  assertEquals(folder.read("f").length, 2000);
});

Deno.test("wget -c notices the end of a document whose length nobody told", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const isChunked = (await request()).startsWith("GET /chunked ");
    if (isChunked) await send(OK, "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n\r\n");
    else await send(OK, "\r\nsome");
  });
  for (const name of ["chunked", "close"]) {
    const url = `${server.origin}/${name}`;
    folder.write(name, "some more");
    assertFailed(
      await wget(folder, ["-c", url]),
      1,
      `Cannot get ${url}: 9 bytes have been saved, more than the 4 that the server has`,
    );
    assertEquals(folder.text(name), "some more");
    folder.write(name, "some");
    const got = await wget(folder, ["-c", url]);
    assertEquals([failures(got), got.code], [[], 0]);
    assertStringIncludes(got.stderr, `${name} has all 4 bytes already`);
  }
});

Deno.test("wget --tries does not put two versions of a document together", async () => {
  await using folder = await emptyFolder();
  for (const [field, isSame] of [["ETag", false], ["Last-Modified", false], ["ETag", true]]) {
    let count = 0;
    await using server = startServer(async ({ request, send }) => {
      const range = /^range: bytes=/im.test(await request());
      const version = `${field}: "${isSame ? 0 : count++}"\r\n`;
      const part = "HTTP/1.1 206 Part\r\nContent-Range: bytes 4-7/8\r\nContent-Length: 4\r\n";
      if (range) await send(`${part}${version}\r\nmore`);
      else await send(`${OK}Content-Length: 8\r\n${version}\r\nsome`);
    });
    const url = `${server.origin}/f`;
    folder.write("out", "");
    const got = await wget(folder, ["-t3", "-O", "out", url]);
    const cut = `Cannot get ${url}: the connection ended after 4 of 8 bytes`;
    if (isSame) assertFailed(got, 0, cut);
    else {
      const reason = "the document has changed in the meantime; out keeps 4 bytes of what it was";
      assertFailed(got, 1, cut, `Cannot get ${url}: ${reason}`);
    }
    assertEquals(folder.text("out"), isSame ? "somemore" : "some");
    assertEquals(server.requests.length, 2);
  }
});

Deno.test("wget makes no file for an answer without content, but empties that of -O", async () => {
  await using folder = await emptyFolder();
  await using server = answering("HTTP/1.1 204 No Content\r\n\r\n");
  const got = await wget(folder, [`${server.origin}/f`]);
  assertEquals([failures(got), got.code, folder.names()], [[], 0, []]);
  folder.write("out", "old");
  assertEquals((await wget(folder, ["-O", "out", `${server.origin}/f`])).code, 0);
  assertEquals(folder.text("out"), "");
});

Deno.test("wget tells the server's refusals apart", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const status = /^GET \/([0-9]+) /.exec(await request())?.[1];
    await send(`HTTP/1.1 ${status} Because\r\nContent-Length: 4\r\n\r\nsome`);
  });
  const url = (status: number) => `${server.origin}/${status}`;
  const rows: readonly (readonly [number, number, string])[] = [
    [401, 6, "the server wants a user name and a password (401 Because)"],
    [403, 8, "the server answered 403 Because"],
    [404, 8, "the server answered 404 Because"],
    [302, 8, "the server answered 302 Because without saying where to go"],
    [500, 8, "the server answered 500 Because"],
    [206, 7, "the server sent a part without being asked for one"],
  ];
  for (const [status, exit, reason] of rows) {
    const got = await wget(folder, [url(status)]);
    assertFailed(got, exit, `Cannot get ${url(status)}: ${reason}`);
  }
  assertEquals(folder.names(), []);
});

Deno.test("wget exits with the lowest status of several URLs, but 1", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const isThere = (await request()).startsWith("GET /there ");
    await send(isThere ? `${OK}\r\nyes` : "HTTP/1.1 404 No\r\n\r\n");
  });
  const urls = ["http://127.0.0.1:99999/", `${server.origin}/no`, "http://127.0.0.1:1/"];
  const got = await wget(folder, [...urls, `${server.origin}/there`]);
  assertFailed(
    got,
    4,
    "Cannot get http://127.0.0.1:99999/: there is no port 99999: the last is 65535",
    `Cannot get ${server.origin}/no: the server answered 404 No`,
    "Cannot connect to 127.0.0.1:1: Connection refused (ECONNREFUSED)",
  );
  assertEquals(folder.text("there"), "yes");
});

Deno.test("wget follows every kind of redirect, and keeps the name", async () => {
  await using folder = await emptyFolder();
  await using server = startServer(async ({ request, send }) => {
    const status = /^GET \/r([0-9]+)/.exec(await request())?.[1];
    await send(
      status === undefined
        ? `${OK}Content-Length: 4\r\n\r\nhere`
        : `HTTP/1.1 ${status} Moved\r\nLocation: ../x/../..%2Fevil?y\r\n\r\n`,
    );
  });
  const statuses = [300, 301, 302, 303, 307, 308];
  const got = await wget(folder, statuses.map((status) => `${server.origin}/r${status}`));
  assertEquals(got.code, 0, got.stderr);
  assertEquals(folder.names(), statuses.map((status) => `r${status}`));
  assertMatch(server.requests[1] ?? "", /^GET \/..%2Fevil\?y /);
});

Deno.test("wget says where redirects lead that it does not follow", async () => {
  await using folder = await emptyFolder();
  const locations: Readonly<Record<string, string>> = {
    "/loop": "/loop2",
    "/loop2": "/loop",
    "/ftp": "ftp://a/",
    "/file": "file:///etc/passwd",
    "/bad": "http://[",
    "/user": "http://a:b@c/",
  };
  await using server = startServer(async ({ request, send }) => {
    const path = /^GET (\S+)/.exec(await request())?.[1] ?? "";
    const next = locations[path] ?? `${path}a`;
    await send(`HTTP/1.1 302 Found\r\nLocation: ${next}\r\n\r\n`);
  });
  const { origin } = server;
  const rows: readonly (readonly [string, number, string])[] = [
    [
      "/loop",
      8,
      `its redirects go round in a loop: ${origin}/loop → ${origin}/loop2 → ${origin}/loop`,
    ],
    ["/endless", 8, "there are more than 20 redirects"],
    ["/ftp", 1, "it redirects to ftp://a/: the URL must start with http:// or https://"],
    ["/file", 1, "it redirects to file:///etc/passwd: the URL must start with http:// or https://"],
    ["/bad", 1, "it redirects to http://[: it is not a valid http:// or https:// URL"],
    [
      "/user",
      1,
      "it redirects to http://a:b@c/: user names and passwords in URLs are not supported",
    ],
  ];
  for (const [path, exit, reason] of rows) {
    const got = await wget(folder, [origin + path]);
    assertFailed(got, exit, `Cannot get ${origin}${path}: ${reason}`);
  }
  assertEquals(folder.names(), []);
});

Deno.test("wget leaves a compressed body as it is, and asks for none", async () => {
  await using folder = await emptyFolder();
  const gzip = new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip"));
  const body = new Uint8Array(await new Response(gzip).arrayBuffer());
  await using server = answering(
    OK,
    `Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`,
    body,
  );
  assertEquals((await wget(folder, ["--header=X-Mine: 1", `${server.origin}/f`])).code, 0);
  assert(sameBytes(folder.read("f"), body));
  assertMatch(server.requests[0] ?? "", /^Accept-Encoding: identity\r$/m);
  assertMatch(server.requests[0] ?? "", /^X-Mine: 1\r$/m);
});

Deno.test("wget --header replaces its own fields, and may ask for a part", async () => {
  await using folder = await emptyFolder();
  await using server = servingRanges(pattern(1000));
  const url = `${server.origin}/f`;
  const fields = ["--header=accept-encoding: gzip", "--header=Range: bytes=990-"];
  const got = await wget(folder, [...fields, url]);
  assertEquals([failures(got), got.code], [[], 0]);
  assert(sameBytes(folder.read("f"), pattern(1000).subarray(990)));
  assertEquals(server.requests[0]?.match(/^accept-encoding:.*$/gim), ["accept-encoding: gzip"]);
  for (const option of ["--continue", "--tries=2"]) {
    const refused = await wget(folder, [option, ...fields, url]);
    assertFailed(
      refused,
      2,
      `${option.split("=")[0]} asks for ranges itself: leave --header='Range: …' out`,
    );
  }
});

Deno.test("wget reports a file that cannot be written, with status 3", async () => {
  await using folder = await emptyFolder();
  await using server = answering(OK, "Content-Length: 2\r\n\r\nok");
  assertFailed(
    await wget(folder, ["-O", "no/such", server.origin]),
    3,
    "Cannot write no/such: No such file or directory (ENOENT)",
  );
  const long = "n".repeat(300);
  assertFailed(
    await wget(folder, [server.origin, long]),
    3,
    `Cannot write ${long}: File name too long (ENAMETOOLONG)`,
  );
});

for (const stack of STACK_FLAGS) {
  Deno.test(`[${stack.stack}] wget names the flag that is missing`, async () => {
    await using folder = await emptyFolder();
    await using server = answering(OK, "Content-Length: 2\r\n\r\nok");
    const url = `${server.origin}/f`;
    assertFailed(
      await wget(folder, ["-O", "/elsewhere", url], stack),
      3,
      "Cannot write /elsewhere: Permission denied (EACCES), add --allow-write=/elsewhere",
    );
    const reading = ["--allow-read", "--allow-write"];
    for (const device of ["/dev/full", "/dev/stdout"]) {
      assertFailed(
        await wget(folder, ["-O", device, url], { ...stack, flags: [...stack.flags, ...reading] }),
        3,
        `Cannot write ${device}: Permission denied (EACCES), add --allow-all`,
      );
    }
    const flags = stack.flags.map((flag) => flag === "--allow-net" ? `${flag}=[::1]` : flag);
    const to = `127.0.0.1:${server.port}`;
    for (const scheme of ["http", "https"]) {
      assertFailed(
        await wget(folder, [`${scheme}://${to}/f`], { ...stack, flags }),
        4,
        `Cannot connect to ${to}: Permission denied (EACCES), add --allow-net=${to}`,
      );
    }
    assertEquals(folder.names(), []);
  });
}

Deno.test("wget ends quietly when nobody reads its output any more", async () => {
  await using folder = await emptyFolder();
  await using server = answering(OK, "Content-Length: 10000000\r\n\r\n", pattern(10_000_000));
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      '{ "$0" run --quiet --allow-net "$1" wget -qO- "$2"; echo $? >&2; } | head -c 5',
      Deno.execPath(),
      new URL("../../../cli.ts", import.meta.url).href,
      server.origin,
    ],
    cwd: folder.path,
    stdin: "null",
  }).output();
  assertEquals([code, stdout.length, new TextDecoder().decode(stderr)], [0, 5, "0\n"]);
});
