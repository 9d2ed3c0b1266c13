import { assert, assertEquals } from "@std/assert";
import { pattern } from "../scripted_server.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { bytesOf, startHttpd, temporaryFolder, textOf } from "./httpd_server.ts";

/** Names that a URL cannot hold as they are, and sizes around those of the server's buffers. */
const FILES: Readonly<Record<string, number>> = {
  "index.html": 100,
  "empty": 0,
  "one": 1,
  "16383": 16_383,
  "32768": 32_768,
  "32769": 32_769,
  "65536.bin": 65_536,
  "1048577.bin": 1_048_577,
  "9999991.bin": 9_999_991,
  "sub/index.html": 1000,
  "sub/deeper/and deeper/file.txt": 5,
  "sub/100%.txt": 7,
  "sub/a+b&c=d;e,f.txt": 8,
  "sub/question?.txt": 9,
  "sub/hash#.txt": 10,
  "sub/back\\slash.txt": 11,
  "sub/colon:.txt": 12,
  "sub/'quotes\"`.txt": 13,
  "sub/(brackets)[]{}<>.txt": 14,
  "sub/ümläut €.txt": 15,
  "sub/日本語.html": 16,
  "sub/😀": 17,
  "sub/%2e%2e": 18,
  "sub/..hidden": 19,
  "sub/...": 20,
  "sub/~tilde^caret|pipe$!*@": 21,
  "sub/tab\tand\nnewline": 22,
  "sub/ leading and trailing ": 23,
  ".dot/.file": 24,
};

function makeTree(root: string): void {
  for (const [name, size] of Object.entries(FILES)) {
    const path = `${root}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(path, pattern(size));
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function urlOf(origin: string, name: string): string {
  return `${origin}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

async function isInstalled(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

const CURL = await isInstalled("curl");
const WGET = await isInstalled("wget");

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd serves a tree of files byte for byte`, async () => {
    using folder = temporaryFolder();
    makeTree(folder.path);
    await using server = await startHttpd(stackFlags, folder.path);
    for (const [name, size] of Object.entries(FILES)) {
      const response = await fetch(urlOf(server.origin, name));
      assertEquals(response.status, 200, name);
      assertEquals(response.headers.get("content-length"), String(size), name);
      assert(sameBytes(await response.bytes(), pattern(size)), name);
    }
  });

  Deno.test(`[${stack}] httpd serves any part of a file byte for byte`, async () => {
    using folder = temporaryFolder();
    makeTree(folder.path);
    await using server = await startHttpd(stackFlags, folder.path);
    const name = "1048577.bin";
    const whole = pattern(1_048_577);
    for (
      const [start, end] of [[0, 0], [1, 65_536], [524_288, 1_048_576], [1_048_576, 1_048_576]]
    ) {
      const headers = { range: `bytes=${start}-${end}` };
      const response = await fetch(`${server.origin}/${name}`, { headers });
      assertEquals(response.status, 206);
      assert(sameBytes(await response.bytes(), whole.subarray(start, Number(end) + 1)));
    }
    const headers = { range: "bytes=0-399999,-400000,77-77" };
    const response = await fetch(`${server.origin}/${name}`, { headers });
    const boundary = response.headers.get("content-type")?.split("boundary=")[1] ?? "";
    const parts = textOf(await response.bytes()).split(`--${boundary}`).slice(1, -1);
    const bodies = parts.map((part) => bytesOf(part.slice(part.indexOf("\r\n\r\n") + 4, -2)));
    assertEquals(bodies.map(({ length }) => length), [400_000, 400_000, 1]);
    assert(sameBytes(bodies[0] ?? new Uint8Array(0), whole.subarray(0, 400_000)));
    assert(sameBytes(bodies[1] ?? new Uint8Array(0), whole.subarray(-400_000)));
    assertEquals(bodies[2]?.[0], whole[77]);
  });

  Deno.test({
    name: `[${stack}] curl gets a tree of files, whole, in parts and unless it has them${
      CURL ? "" : " (skipped: there is no curl)"
    }`,
    ignore: !CURL,
    fn: async () => {
      using folder = temporaryFolder();
      using target = temporaryFolder();
      makeTree(folder.path);
      await using server = await startHttpd(stackFlags, folder.path);
      const run = async (...args: string[]) => {
        const { code, stdout } = await new Deno.Command("curl", {
          args: ["--silent", "--show-error", "--fail", "--globoff", ...args],
          stderr: "inherit",
        }).output();
        assertEquals(code, 0);
        return new TextDecoder().decode(stdout);
      };
      const names = Object.keys(FILES);
      const downloads = names.flatMap((name, index) => [
        "--output",
        `${target.path}/${index}`,
        urlOf(server.origin, name),
      ]);
      await run(...downloads);
      for (const [index, name] of names.entries()) {
        const bytes = Deno.readFileSync(`${target.path}/${index}`);
        assert(sameBytes(bytes, pattern(FILES[name] ?? -1)), name);
      }
      const partial = `${target.path}/partial`;
      Deno.writeFileSync(partial, pattern(1_048_577).subarray(0, 1000));
      const url = `${server.origin}/1048577.bin`;
      await run("--continue-at", "-", "--output", partial, url);
      assert(sameBytes(Deno.readFileSync(partial), pattern(1_048_577)));
      const tags = `${target.path}/etag`;
      const status = ["--write-out", "%{http_code}", "--output", "/dev/null"];
      await run("--etag-save", tags, "--output", "/dev/null", url);
      assertEquals(await run("--etag-compare", tags, ...status, url), "304");
      assertEquals(await run("--time-cond", partial, ...status, url), "304");
      assertEquals(await run("--http1.0", ...status, url), "200");
      assertEquals(await run("--head", ...status, url), "200");
    },
  });

  Deno.test({
    name: `[${stack}] wget mirrors a tree by its listings${
      WGET ? "" : " (skipped: there is no wget)"
    }`,
    ignore: !WGET,
    fn: async () => {
      using folder = temporaryFolder();
      using target = temporaryFolder();
      const names = ["a.bin", "sub/b.bin", "sub/deeper/c d.bin", "sub/deeper/ü.bin"];
      Deno.mkdirSync(`${folder.path}/sub/deeper`, { recursive: true });
      for (const [index, name] of names.entries()) {
        Deno.writeFileSync(`${folder.path}/${name}`, pattern(40_000 * index + 1));
      }
      await using server = await startHttpd(stackFlags, folder.path, { args: ["--list"] });
      const { code } = await new Deno.Command("wget", {
        args: [
          "--recursive",
          "--level=inf",
          "--no-host-directories",
          "--restrict-file-names=nocontrol",
          "--quiet",
          `--directory-prefix=${target.path}`,
          `${server.origin}/`,
        ],
        env: { LC_ALL: "C.UTF-8" },
      }).output();
      assertEquals(code, 0);
      for (const [index, name] of names.entries()) {
        const bytes = Deno.readFileSync(`${target.path}/${name}`);
        assert(sameBytes(bytes, pattern(40_000 * index + 1)), name);
      }
    },
  });
}
