import { assert, assertEquals, assertMatch } from "@std/assert";
import { STACK_FLAGS, vmsock } from "../vmsock.ts";
import { ask, get, RawConnection, startHttpd, temporaryFolder } from "./httpd_server.ts";

const LIBRARY = new URL("../../../lib/", import.meta.url).pathname;

function makeSite(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/a.txt`, "hello");
  return folder;
}

for (const stackFlags of STACK_FLAGS.filter(({ stack }) => stack === "libc")) {
  const flags = [`--allow-read=${LIBRARY}`];

  Deno.test("[libc] httpd --workers serves on one port from several threads", async () => {
    using site = makeSite();
    const args = ["--workers=3", "--log"];
    await using server = await startHttpd(stackFlags, site.path, { args, flags });
    const listeners = await new Deno.Command("cat", { args: ["/proc/net/tcp"] }).output();
    const port = `:${server.port.toString(16).toUpperCase().padStart(4, "0")} `;
    const lines = new TextDecoder().decode(listeners.stdout).split("\n");
    // 0A is TCP_LISTEN.
    const listening = lines.filter((line) => line.includes(port) && line.includes(" 0A "));
    assertEquals(listening.length, 3);
    const connections = await Promise.all(
      Array.from({ length: 60 }, () => RawConnection.open(server.port)),
    );
    for (let round = 0; round < 3; round++) {
      for (const connection of connections) {
        await connection.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
      }
      for (const connection of connections) {
        assertEquals((await connection.response()).body, "hello");
      }
    }
    for (const connection of connections) connection.close();
    const logged = await server.logged(180);
    for (const line of logged) {
      assertMatch(line, /^127\.0\.0\.1 - - \[.*\] "GET \/a\.txt HTTP\/1\.1" 200 5$/);
    }
    assertEquals(await server.stop("SIGINT"), 130);
  });

  Deno.test("[libc] httpd --workers does not share a port with another program", async () => {
    using site = makeSite();
    const args = ["--workers=2"];
    await using server = await startHttpd(stackFlags, site.path, { args, flags });
    const again = await vmsock([
      "--stack=libc",
      "httpd",
      `--root=${site.path}`,
      "--host=127.0.0.1",
      `--port=${server.port}`,
      ...args,
    ], { flags: [...stackFlags.flags, ...flags, `--allow-read=${site.path}`] });
    assertEquals(again.code, 1);
    assertMatch(again.stderr, /^vmsock: Cannot listen on [^\n]*EADDRINUSE[^\n]*--port\n$/);
    assertEquals((await ask(server.port, get("/a.txt"))).body, "hello");
  });

  Deno.test("[libc] httpd --workers names the permission that is missing", async () => {
    using site = makeSite();
    const args = ["httpd", `--root=${site.path}`, "--port=0", "--workers=2"];
    const read = `--allow-read=${site.path}`;
    const files = await vmsock(args, { flags: [...stackFlags.flags, read] });
    assertEquals(files.code, 1);
    assert(files.stderr.includes(`add --allow-read=${LIBRARY}`), files.stderr);
    const ffi = await vmsock(args, { flags: ["--allow-net", read] });
    assertEquals(ffi.code, 1);
    assertMatch(ffi.stderr, /^vmsock: [^\n]*--allow-ffi[^\n]*\n$/);
  });
}
