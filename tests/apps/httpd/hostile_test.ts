import { assert, assertEquals } from "@std/assert";
import { STACK_FLAGS } from "../vmsock.ts";
import { ask, exchange, get, parseResponses, startHttpd, temporaryFolder } from "./httpd_server.ts";

const SECRET = "secret outside of the root\n";

/** A folder `public` with links of every kind, beside what must not be served. */
function makeSite(): { readonly root: string } & Disposable {
  const folder = temporaryFolder();
  const outside = folder.path;
  const root = `${outside}/public`;
  Deno.mkdirSync(`${root}/sub/deep`, { recursive: true });
  Deno.mkdirSync(`${outside}/private`);
  Deno.mkdirSync(`${outside}/public-private`);
  for (const path of ["secret.txt", "private/secret.txt", "public-private/secret.txt"]) {
    Deno.writeTextFileSync(`${outside}/${path}`, SECRET);
  }
  Deno.writeTextFileSync(`${root}/inside.txt`, "inside");
  const links: Readonly<Record<string, string>> = {
    "out-relative.txt": "../secret.txt",
    "out-absolute.txt": `${outside}/secret.txt`,
    "out-sibling.txt": `${root}-private/secret.txt`,
    "out-dir": "../private",
    "out-dir-absolute": `${outside}/private`,
    "out-root": "/",
    "out-etc": "/etc",
    "out-twice.txt": "out-relative.txt",
    "out-by-way-of-in.txt": "sub/../../secret.txt",
    "out-and-in.txt": "../public/inside.txt",
    "sub/out-up.txt": "../../secret.txt",
    "sub/out-dir": "../../private",
    "in-relative.txt": "inside.txt",
    "in-absolute.txt": `${root}/inside.txt`,
    "in-dir": "sub",
    "in-dir-slash": "./sub/",
    "sub/in-up.txt": "../inside.txt",
    "sub/deep/in-root": "../..",
    "in-self": ".",
    "loop": "loop",
    "loop-a": "loop-b",
    "loop-b": "loop-a",
    "dangling": "nowhere",
  };
  for (const [name, target] of Object.entries(links)) Deno.symlinkSync(target, `${root}/${name}`);
  return { root, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Targets that must not lead to anything outside. */
const WAYS_OUT: readonly string[] = [
  "/../secret.txt",
  "/sub/../../secret.txt",
  "/..",
  "/../",
  "/%2e%2e/secret.txt",
  "/%2E%2E%2Fsecret.txt",
  "/.%2e/secret.txt",
  "/..%2fsecret.txt",
  "/sub/..%2f..%2fsecret.txt",
  "/%252e%252e/secret.txt",
  "/..%252fsecret.txt",
  "/%c0%ae%c0%ae/secret.txt",
  "/%c0%ae%c0%ae%c0%afsecret.txt",
  "/..%c0%afsecret.txt",
  "/%e0%80%ae%e0%80%ae/secret.txt",
  "/%uff0e%uff0e/secret.txt",
  "/..\\secret.txt",
  "/..%5csecret.txt",
  "/%5c..%5csecret.txt",
  "/....//secret.txt",
  "/.../secret.txt",
  "/..;/secret.txt",
  "/..%00/secret.txt",
  "/%00../secret.txt",
  "/inside.txt%00.html",
  "/%2e%2e%00/secret.txt",
  "//etc/passwd",
  "/%2fetc/passwd",
  "/%2F%2Fetc%2Fpasswd",
  "/etc/passwd",
  "/proc/self/environ",
  "/file:///etc/passwd",
  "http://h/../secret.txt",
  "http://h/%2e%2e/secret.txt",
  "http://h//etc/passwd",
  "/C:/windows/win.ini",
  "/%3f/../../secret.txt",
  "/sub/%2e%2e/%2e%2e/secret.txt",
  "/./../secret.txt",
  "//../secret.txt",
  "/%2e/%2e%2e/secret.txt",
];

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;
  // With every permission, so that nothing but httpd itself stands in the way.
  const everything = { ...stackFlags, flags: ["--allow-all"] };

  Deno.test(`[${stack}] httpd lets nobody out of its folder by the target`, async () => {
    using site = makeSite();
    await using server = await startHttpd(everything, site.root, { args: ["--list"] });
    for (const target of WAYS_OUT) {
      const { status, body } = await ask(server.port, get(target));
      assert([400, 403, 404].includes(status), `${target}: ${status}`);
      assert(!body.includes("secret") && !body.includes("root:"), target);
    }
  });

  for (
    const { name, kind } of [
      { name: "every permission", kind: everything },
      { name: "permission to read the folder", kind: stackFlags },
    ]
  ) {
    Deno.test(`[${stack}] httpd follows links within its folder only, with ${name}`, async () => {
      using site = makeSite();
      await using server = await startHttpd(kind, site.root, { args: ["--list"] });
      for (
        const name of [
          "out-relative.txt",
          "out-absolute.txt",
          "out-sibling.txt",
          "out-twice.txt",
          "out-by-way-of-in.txt",
          "out-and-in.txt",
          "out-dir/secret.txt",
          "out-dir/",
          "out-dir",
          "out-dir-absolute/secret.txt",
          "out-root/etc/passwd",
          "out-root/",
          "out-etc/passwd",
          "sub/out-up.txt",
          "sub/out-dir/secret.txt",
          "in-dir/out-up.txt",
          "in-self/out-relative.txt",
          "sub/deep/in-root/out-relative.txt",
        ]
      ) {
        const { status, body } = await ask(server.port, get(`/${name}`));
        assertEquals(status, 403, name);
        assert(!body.includes("secret"));
      }
      for (
        const name of [
          "inside.txt",
          "in-relative.txt",
          "in-absolute.txt",
          "sub/in-up.txt",
          "in-dir/in-up.txt",
          "in-dir-slash/in-up.txt",
          "in-self/inside.txt",
          "in-self/in-self/inside.txt",
          "sub/deep/in-root/inside.txt",
        ]
      ) {
        const { status, body } = await ask(server.port, get(`/${name}`));
        assertEquals([status, body], [200, "inside"], name);
      }
      for (const name of ["loop", "loop-a", "loop/x", "dangling", "dangling/"]) {
        assertEquals((await ask(server.port, get(`/${name}`))).status, 404, name);
      }
    });
  }

  Deno.test(`[${stack}] httpd does not wait for pipes, nor read devices`, async () => {
    using site = makeSite();
    const made = new Deno.Command("mkfifo", { args: [`${site.root}/pipe`] }).outputSync();
    assert(made.success);
    Deno.symlinkSync("/dev/zero", `${site.root}/zero`);
    await using server = await startHttpd(everything, site.root);
    assertEquals((await ask(server.port, get("/pipe"))).status, 403);
    assertEquals((await ask(server.port, get("/zero"))).status, 403);
  });

  Deno.test(`[${stack}] httpd answers one request where others would see two`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.root);
    const hidden = "GET /inside.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const start = "GET /inside.txt HTTP/1.1\r\nHost: h\r\n";
    const attempts = [
      `${start}Content-Length: 5\r\nContent-Length: 0\r\n\r\n${hidden}`,
      `${start}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${hidden}`,
      `${start}Content-Length: 0, 0\r\n\r\n${hidden}`,
      `${start}Content-Length: +0\r\n\r\n${hidden}`,
      `${start}Content-Length : 5\r\n\r\n${hidden}`,
      `${start}Content-Length\t: 5\r\n\r\n${hidden}`,
      `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: xchunked\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\n\r\n0\n\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${hidden}`,
      `${start}Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n${hidden}`,
      `${start}Host: other\r\n\r\n${hidden}`,
      `GET /inside.txt HTTP/1.1\r\nHost: a b\r\n\r\n${hidden}`,
      `GET /inside.txt HTTP/1.1\r\n\r\n${hidden}`,
      `GET /inside.txt HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `GET /inside.txt HTTP/1.1\nHost: h\n\n${hidden}`,
      `GET /inside.txt HTTP/1.1\r\nHost: h\r\n\n${hidden}`,
      `GET http://user@h/inside.txt HTTP/1.1\r\nHost: h\r\n\r\n${hidden}`,
    ];
    for (const attempt of attempts) {
      const responses = parseResponses(await exchange(server.port, attempt));
      assertEquals(responses.map(({ status }) => status), [400], attempt);
    }
  });

  Deno.test(`[${stack}] httpd survives whatever bytes it gets`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.root);
    // A fixed seed: the same bytes each time.
    let state = 42;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const seed = "GET /inside.txt HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1,3-\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (let round = 0; round < 150; round++) {
      const characters = [...seed.repeat(3)];
      for (let change = random(8); change > 0; change--) {
        characters[random(characters.length)] = String.fromCharCode(random(256));
      }
      const text = characters.join("").slice(0, 1 + random(characters.length));
      // A beginning that is none of a request may be followed by anything.
      const answer = await exchange(server.port, `${text}\r\n\r\n\n${get("/inside.txt")}\0\0\n`);
      for (const { status } of parseResponses(answer)) {
        assert([200, 206, 400, 403, 404, 405, 413, 416, 501, 505].includes(status));
      }
    }
    assertEquals((await ask(server.port, get("/inside.txt"))).body, "inside");
  });
}
