import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { STACK_FLAGS } from "../vmsock.ts";
import { descriptors, get, RawConnection, startHttpd, temporaryFolder } from "./httpd_server.ts";

const LONG_AGO = 1_000_000_000;

/** What a connection that stays gets for a target. */
async function fetchText(connection: RawConnection, target: string): Promise<string | number> {
  await connection.send(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
  const { status, body } = await connection.response();
  return status === 200 ? body : status;
}

/** Writes a file whose times are old, so that the server keeps it in memory. */
function writeOld(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  Deno.utimeSync(path, LONG_AGO, LONG_AGO);
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd serves a file as it is now, whatever happened to it`, async () => {
    using folder = temporaryFolder();
    const { path: root } = folder;
    const file = `${root}/a.txt`;
    Deno.mkdirSync(`${root}/dir`);
    writeOld(file, "one");
    writeOld(`${root}/dir/b.txt`, "dir");
    await using server = await startHttpd(stackFlags, root);
    using connection = await RawConnection.open(server.port);
    const now = () => fetchText(connection, "/a.txt");
    assertEquals(await now(), "one");

    Deno.writeTextFileSync(file, "two");
    assertEquals(await now(), "two");
    // The same length again, at the same moment.
    for (let count = 10; count < 60; count++) {
      Deno.writeTextFileSync(file, `n${count}`);
      assertEquals(await now(), `n${count}`);
    }
    Deno.writeTextFileSync(file, "longer", { append: true });
    assertEquals(await now(), "n59longer");
    Deno.truncateSync(file, 2);
    assertEquals(await now(), "n5");

    writeOld(`${root}/new`, "renamed");
    Deno.renameSync(`${root}/new`, file);
    assertEquals(await now(), "renamed");
    Deno.removeSync(file);
    assertEquals(await now(), 404);
    Deno.mkdirSync(file);
    assertEquals(await now(), 301);
    Deno.removeSync(file);
    Deno.symlinkSync("dir/b.txt", file);
    assertEquals(await now(), "dir");
    Deno.removeSync(file);
    Deno.symlinkSync("/etc/passwd", file);
    assertEquals(await now(), 403);
    Deno.removeSync(file);
    writeOld(file, "back");
    assertEquals(await now(), "back");
  });

  Deno.test(`[${stack}] httpd notices folders and links that lead elsewhere`, async () => {
    using folder = temporaryFolder();
    const { path: root } = folder;
    for (const version of ["v1", "v2", "v3"]) {
      Deno.mkdirSync(`${root}/${version}/deep/er`, { recursive: true });
      writeOld(`${root}/${version}/deep/er/a.txt`, version);
      for (const part of ["deep/er", "deep", ""]) {
        Deno.utimeSync(`${root}/${version}/${part}`, LONG_AGO, LONG_AGO);
      }
    }
    Deno.symlinkSync("v1", `${root}/current`);
    await using server = await startHttpd(stackFlags, root);
    using connection = await RawConnection.open(server.port);
    const linked = () => fetchText(connection, "/current/deep/er/a.txt");
    const named = () => fetchText(connection, "/v1/deep/er/a.txt");
    for (let round = 0; round < 3; round++) {
      assertEquals([await linked(), await named()], ["v1", "v1"]);
    }
    Deno.symlinkSync("v2", `${root}/next`);
    Deno.renameSync(`${root}/next`, `${root}/current`);
    assertEquals([await linked(), await named()], ["v2", "v1"]);
    for (let round = 0; round < 60; round++) {
      const version = round % 2 === 0 ? "v1" : "v2";
      Deno.symlinkSync(version, `${root}/next`);
      Deno.renameSync(`${root}/next`, `${root}/current`);
      assertEquals(await linked(), version);
    }
    Deno.renameSync(`${root}/v2/deep`, `${root}/v2/away`);
    assertEquals([await linked(), await named()], [404, "v1"]);
    Deno.renameSync(`${root}/v3/deep/er`, `${root}/v2/er`);
    Deno.renameSync(`${root}/v2`, `${root}/v1/deep/x`);
    assertEquals([await linked(), await named()], [404, "v1"]);
    Deno.renameSync(`${root}/v1/deep/er`, `${root}/v1/deep/old`);
    Deno.renameSync(`${root}/v1/deep/x/er`, `${root}/v1/deep/er`);
    assertEquals(await named(), "v3");
  });

  const ignore = stack === "deno";
  const why = ignore ? " (skipped: Deno tells the time of a change in seconds only)" : "";
  Deno.test(`[${stack}] httpd tells versions of a file apart${why}`, { ignore }, async () => {
    using folder = temporaryFolder();
    const file = `${folder.path}/a.txt`;
    await using server = await startHttpd(stackFlags, folder.path);
    const tags = new Set<string>();
    for (let count = 0; count < 5; count++) {
      Deno.writeTextFileSync(file, `${count}`);
      Deno.utimeSync(file, LONG_AGO + count, LONG_AGO);
      const response = await fetch(`${server.origin}/a.txt`, { method: "HEAD" });
      tags.add(response.headers.get("etag") ?? "");
      Deno.utimeSync(file, LONG_AGO + count, LONG_AGO + count + 1);
    }
    assertEquals(tags.size, 5);
  });

  Deno.test(`[${stack}] httpd ends a response whose file has become shorter`, async () => {
    using folder = temporaryFolder();
    const file = `${folder.path}/large.bin`;
    const size = 64 * 1024 * 1024;
    Deno.writeFileSync(file, new Uint8Array(0));
    Deno.truncateSync(file, size);
    await using server = await startHttpd(stackFlags, folder.path);
    using connection = await RawConnection.open(server.port);
    await connection.send(get("/large.bin"));
    let received = (await connection.read()).length;
    Deno.truncateSync(file, 1000);
    for (let part = "x"; part !== ""; received += part.length) part = await connection.read();
    assert(received < size);
    assertEquals((await (await fetch(`${server.origin}/large.bin`)).bytes()).length, 1000);
  });
}

for (const stackFlags of STACK_FLAGS.filter(({ stack }) => stack === "libc")) {
  Deno.test("[libc] httpd keeps a bounded number of files open, and none that are gone", async () => {
    using folder = temporaryFolder();
    const { path: root } = folder;
    const count = 400;
    for (let index = 0; index < count; index++) writeOld(`${root}/${index}.txt`, `${index}`);
    await using server = await startHttpd(stackFlags, root);
    using connection = await RawConnection.open(server.port);
    const before = descriptors(server);
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < count; index++) {
        assertEquals(await fetchText(connection, `/${index}.txt`), `${index}`);
      }
    }
    const open = descriptors(server) - before;
    assert(open > 0 && open <= 260, String(open));
    for (let index = 0; index < count; index++) {
      Deno.removeSync(`${root}/${index}.txt`);
      assertEquals(await fetchText(connection, `/${index}.txt`), 404);
    }
    assertNotEquals(open, 0);
    assert(descriptors(server) - before <= 4, String(descriptors(server) - before));
  });
}
