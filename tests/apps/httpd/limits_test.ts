import { assert, assertEquals } from "@std/assert";
import { STACK_FLAGS } from "../vmsock.ts";
import {
  ask,
  descriptors,
  get,
  parseResponses,
  RawConnection,
  startHttpd,
  temporaryFolder,
} from "./httpd_server.ts";

const LARGE = 64 * 1024 * 1024;

/** A folder with a small file, and a large one without blocks. */
function makeSite(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/a.txt`, "hello");
  Deno.writeFileSync(`${folder.path}/large.bin`, new Uint8Array(0));
  Deno.truncateSync(`${folder.path}/large.bin`, LARGE);
  return folder;
}

/** Limits the descriptors of a running process: its numbers stay below `limit`. */
function limitDescriptors(pid: number, limit: number): void {
  const RLIMIT_NOFILE = 7;
  const library = Deno.dlopen("libc.so.6", {
    // int prlimit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit);
    prlimit: { parameters: ["i32", "i32", "buffer", "pointer"], result: "i32" },
  });
  const both = BigUint64Array.of(BigInt(limit), BigInt(limit));
  const result = library.symbols.prlimit(pid, RLIMIT_NOFILE, new Uint8Array(both.buffer), null);
  library.close();
  assertEquals(result, 0);
}

/** Sends a request and reads its response, on a connection that stays. */
async function hello(connection: RawConnection): Promise<void> {
  await connection.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
  assertEquals((await connection.response()).body, "hello");
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test(`[${stack}] httpd ends connections that are idle`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--timeout=0.3"] });
    using connection = await RawConnection.open(server.port);
    await hello(connection);
    assertEquals(await connection.rest(), "");
  });

  Deno.test(`[${stack}] httpd ends connections whose client does not take its response`, async () => {
    using site = makeSite();
    const args = ["--timeout=0.3", "--log"];
    await using server = await startHttpd(stackFlags, site.path, { args });
    using connection = await RawConnection.open(server.port);
    await connection.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    // Nothing is read until the server has given up, which it logs.
    const [line = ""] = await server.logged(1);
    const bytes = Number(/ 200 ([0-9]+)$/.exec(line)?.[1]);
    assert(bytes > 0 && bytes < LARGE, line);
    assert((await connection.rest()).length < LARGE);
  });

  Deno.test(`[${stack}] httpd has a limit of connections, and room for those who come next`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--connections=3"] });
    const idle: RawConnection[] = [];
    for (let count = 0; count < 3; count++) {
      const connection = await RawConnection.open(server.port);
      await hello(connection);
      idle.push(connection);
    }
    // The one that has waited longest makes room.
    using next = await RawConnection.open(server.port);
    await hello(next);
    const [first, ...others] = idle;
    assertEquals(await first?.rest(), "");
    for (const connection of others) await hello(connection);
    for (const connection of idle) connection.close();
  });

  Deno.test(`[${stack}] httpd lets clients wait while all its connections are busy`, async () => {
    using site = makeSite();
    const args = ["--connections=2", "--timeout=1"];
    await using server = await startHttpd(stackFlags, site.path, { args });
    const busy: RawConnection[] = [];
    for (let count = 0; count < 2; count++) {
      const connection = await RawConnection.open(server.port);
      // An unfinished request: a connection that must not be taken for an idle one.
      await connection.send("GET /a.txt HTTP/1.1\r\n");
      busy.push(connection);
    }
    const waiting = Array.from({ length: 5 }, () => ask(server.port, get("/a.txt")));
    for (const connection of busy) {
      assertEquals(parseResponses(await connection.rest()).map(({ status }) => status), [408]);
      connection.close();
    }
    for (const { body } of await Promise.all(waiting)) assertEquals(body, "hello");
  });

  Deno.test(`[${stack}] httpd serves others while clients send and take slowly`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const slow: RawConnection[] = [];
    for (let count = 0; count < 60; count++) {
      const connection = await RawConnection.open(server.port);
      const target = count % 2 === 0 ? "/a.txt" : "/large.bin";
      const request = `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
      await connection.send(count % 2 === 0 ? request.slice(0, 20) : request);
      slow.push(connection);
    }
    for (let count = 0; count < 20; count++) {
      assertEquals((await ask(server.port, get("/a.txt"))).body, "hello");
    }
    for (const [index, connection] of slow.entries()) {
      if (index % 2 === 0) {
        await connection.send(`GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n`.slice(20));
        assertEquals((await connection.response()).body, "hello");
      }
      connection.close();
    }
  });

  Deno.test(`[${stack}] httpd survives clients that go away`, async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path);
    const beginnings = [
      "",
      "G",
      "GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
    ];
    for (let count = 0; count < 80; count++) {
      const connection = await RawConnection.open(server.port);
      const beginning = beginnings[count % beginnings.length] ?? "";
      await connection.send(beginning);
      if (count % 3 === 0 && beginning.length > 1) await connection.read();
      connection.close();
    }
    assertEquals((await ask(server.port, get("/a.txt"))).body, "hello");
  });
}

for (const stackFlags of STACK_FLAGS.filter(({ stack }) => stack === "libc")) {
  Deno.test("[libc] httpd keeps no descriptor of a connection that has ended", async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--log"] });
    // The file and its folder stay open.
    await ask(server.port, get("/a.txt"));
    await ask(server.port, get("/large.bin", "Range: bytes=0-0"));
    const before = descriptors(server);
    const endings = [
      get("/a.txt"),
      get("/large.bin", "Range: bytes=0-0,5-9"),
      get("/nothing"),
      get("/"),
      "GET / HTTP/9.9\r\n\r\n",
      "POST / HTTP/1.0\r\nContent-Length: 99999999\r\n\r\n",
    ];
    for (let count = 0; count < 200; count++) {
      await ask(server.port, endings[count % endings.length] ?? "");
    }
    const going = await Promise.all(Array.from({ length: 50 }, async () => {
      const connection = await RawConnection.open(server.port);
      await connection.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
      await connection.read();
      return connection;
    }));
    for (const connection of going) connection.close();
    // A response that is cut short is logged when its connection is closed.
    await server.logged(2 + 200 + 50);
    assertEquals(descriptors(server), before);
    // Nothing of them uses the file any more.
    Deno.removeSync(`${site.path}/large.bin`);
    assertEquals((await ask(server.port, get("/large.bin"))).status, 404);
    assertEquals(descriptors(server), before - 1);
  });

  Deno.test("[libc] httpd goes on when the process has no descriptors left", async () => {
    using site = makeSite();
    await using server = await startHttpd(stackFlags, site.path, { args: ["--timeout=0.3"] });
    await ask(server.port, get("/a.txt"));
    const numbers = [...Deno.readDirSync(`/proc/${server.pid}/fd`)].map(({ name }) => Number(name));
    // Room for a few more, whatever their numbers.
    const limit = Math.max(...numbers) + 4;
    limitDescriptors(server.pid, limit);
    const waiting = Array.from({ length: 8 }, () => RawConnection.open(server.port));
    const connections = await Promise.all(waiting);
    for (const connection of connections) await connection.send("GET /a.txt HTTP/1.1\r\n");
    for (const connection of connections) {
      assertEquals(parseResponses(await connection.rest())[0]?.status, 408);
      connection.close();
    }
    assertEquals((await ask(server.port, get("/a.txt"))).body, "hello");
  });
}
