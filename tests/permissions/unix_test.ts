import { assert, assertEquals } from "@std/assert";
import { SOCK_DGRAM, SOCK_SEQPACKET } from "../../lib/linux/socket.ts";
import { type Expectation, expectCalls, runGuest } from "./run_guest.ts";
import type { Servers } from "./servers.ts";
import { type TestedStack, testOn, testOnEach } from "./stacks.ts";

/** Registers a test with a folder of its own, `inside` and `outside` in it. */
function testInFolders(
  name: string,
  body: (servers: Servers, stack: TestedStack, folder: string) => Promise<void>,
): void {
  testOn("libc", name, async (servers, stack) => {
    const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_unix_" }));
    try {
      Deno.mkdirSync(`${folder}/inside`);
      Deno.mkdirSync(`${folder}/outside`);
      await body(servers, stack, folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

/** What a folder takes; only single files can be named in `--allow-net`. */
function grants(folder: string): string[] {
  return ["--allow-net", `--allow-read=${folder}`, `--allow-write=${folder}`];
}

/** Sun_path as it goes over, for addresses that no encoder makes. */
function rawUnix(path: string, tail = ""): string {
  const bytes = new TextEncoder().encode(path);
  return `hex:0100${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}${tail}`;
}

testInFolders("a socket file is reached with all its permissions only", async (
  servers,
  stack,
  folder,
) => {
  const path = `${folder}/inside/server`;
  const server = servers.unix(path);
  const all = [`--allow-net=unix:${path}`, `--allow-read=${path}`, `--allow-write=${path}`];
  const connect = (answer: string): Expectation[] => [
    "a = socket AF_UNIX SOCK_STREAM",
    [`connect a unix:${path}`, answer],
  ];
  await expectCalls({ stack, flags: all }, [
    ...connect("0"),
    "send a 'reached'",
    // The peer's own name, not the way that was taken.
    ["getpeername a", `0 ${path}`],
  ]);
  assertEquals(server.arrivals(), ["reached"]);
  await expectCalls(
    { stack, flags: [all[0] as string, all[1] as string] },
    connect(
      `EACCES --allow-write=${path}`,
    ),
  );
  await expectCalls(
    { stack, flags: [all[0] as string, all[2] as string] },
    connect(
      `EACCES --allow-read=${path}`,
    ),
  );
  await expectCalls(
    { stack, flags: [all[1] as string, all[2] as string] },
    connect(
      `EACCES --allow-net=unix:${path}`,
    ),
  );
  const open = ["--allow-net", "--allow-read", "--allow-write"];
  await expectCalls({ stack, flags: ["--allow-net"] }, connect(`EACCES --allow-read=${path}`));
  await expectCalls(
    { stack, flags: [...open, `--deny-net=unix:${path}`] },
    connect(
      `EACCES --deny-net covers unix:${path}`,
    ),
  );
  await expectCalls(
    { stack, flags: [...open, `--deny-write=${path}`] },
    connect(
      `EACCES --allow-write=${path}`,
    ),
  );
  assertEquals(server.arrivals(), []);
});

testInFolders("no form of a path and no type of socket leads to another file", async (
  servers,
  stack,
  folder,
) => {
  const inside = `${folder}/inside`;
  const outside = `${folder}/outside`;
  const stream = servers.unix(`${outside}/stream`);
  const datagram = servers.unix(`${outside}/datagram`, SOCK_DGRAM);
  const packets = servers.unix(`${outside}/packets`, SOCK_SEQPACKET);
  Deno.symlinkSync(`${outside}/stream`, `${inside}/link`);
  Deno.symlinkSync(outside, `${inside}/folder`);
  Deno.symlinkSync("../outside/stream", `${inside}/relative`);
  Deno.symlinkSync("folder", `${inside}/twice`);
  Deno.symlinkSync("/proc/self/root", `${inside}/root`);
  const places = [
    `${outside}/stream`,
    `${inside}/../outside/stream`,
    `${inside}/link`,
    `${inside}/relative`,
    `${inside}/folder/stream`,
    `${inside}/twice/stream`,
    `${inside}/root${outside}/stream`,
    `/proc/self/root${outside}/stream`,
    `/proc/self/cwd/../outside/stream`,
    `/proc/thread-self/root${outside}/stream`,
    "../outside/stream",
    "folder/stream",
    "/dev/fd/3",
    "/proc/self/fd/3",
    "/dev/log",
  ];
  const calls = [
    "a = socket AF_UNIX SOCK_STREAM",
    ...places.map((place) => `connect a unix:${place}`),
    // Without a NUL behind it, with more behind it, in bytes that are not UTF-8.
    `connect a ${rawUnix(`${outside}/stream`)}`,
    `connect a ${rawUnix(`${outside}/stream`, "00ffff")}`,
    `connect a ${rawUnix(`${inside}/`, "ff00")}`,
    "d = socket AF_UNIX SOCK_DGRAM",
    "r = socket AF_UNIX SOCK_RAW",
    "q = socket AF_UNIX SOCK_SEQPACKET",
    "socketpair AF_UNIX SOCK_DGRAM",
    ...["d", "r", "first"].flatMap((socket) => [
      `connect ${socket} unix:${outside}/datagram`,
      `sendto ${socket} 'x' unix:${outside}/datagram`,
      `sendmsg ${socket} 'x' unix:${outside}/datagram`,
      `connect ${socket} unix:${inside}/folder/datagram`,
      `sendto ${socket} 'x' unix:${inside}/folder/datagram`,
      `sendmsg ${socket} 'x' unix:${inside}/folder/datagram`,
    ]),
    `connect q unix:${outside}/packets`,
    `connect q unix:${inside}/folder/packets`,
  ];
  for (const flags of [grants(inside), ["--allow-net"], []]) {
    const answers = await runGuest({ stack, flags, cwd: inside }, calls);
    calls.forEach((call, index) => {
      const answer = answers[index] ?? "";
      assert(/^\d/.test(answer) ? !/ unix:| hex:/.test(call) : answer.startsWith("EACCES"), call);
    });
  }
  for (const server of [stream, datagram, packets]) assertEquals(server.arrivals(), []);
});

testInFolders("datagrams and packets reach the file that is granted", async (
  servers,
  stack,
  folder,
) => {
  const inside = `${folder}/inside`;
  const datagram = servers.unix(`${inside}/datagram`, SOCK_DGRAM);
  const packets = servers.unix(`${inside}/packets`, SOCK_SEQPACKET);
  Deno.symlinkSync("datagram", `${inside}/link`);
  await expectCalls({ stack, flags: grants(inside), cwd: inside }, [
    "d = socket AF_UNIX SOCK_DGRAM",
    ["sendto d 'one' unix:datagram", "3"],
    [`sendmsg d 'two' unix:${inside}/link`, "3"],
    [`sendto d 'three' ${rawUnix(`${inside}/datagram`, "00ff")}`, "5"],
    "connect d unix:link",
    ["send d 'four'", "4"],
    // No peer any more.
    "connect d hex:0000",
    ["send d 'x'", "ENOTCONN"],
    "r = socket AF_UNIX SOCK_RAW",
    ["sendto r 'five' unix:datagram", "4"],
    "q = socket AF_UNIX SOCK_SEQPACKET",
    ["connect q unix:packets", "0"],
    ["send q 'packet'", "6"],
    ["connect d unix:missing", "ENOENT"],
    ["connect d hex:01", "EINVAL"],
  ]);
  assertEquals(datagram.arrivals(), ["one", "two", "three", "four", "five"]);
  assertEquals(packets.arrivals(), ["packet"]);
});

testInFolders("bind() makes a file where that is permitted only", async (
  _servers,
  stack,
  folder,
) => {
  const inside = `${folder}/inside`;
  const outside = `${folder}/outside`;
  Deno.symlinkSync(outside, `${inside}/folder`);
  Deno.symlinkSync(`${outside}/new`, `${inside}/dangling`);
  const refused = `EACCES --allow-read=${outside}/new`;
  await expectCalls({ stack, flags: grants(inside), cwd: inside }, [
    "a = socket AF_UNIX SOCK_STREAM",
    [`bind a unix:${outside}/new`, refused],
    ["bind a unix:folder/new", refused],
    ["bind a unix:../outside/new", refused],
    [`bind a ${rawUnix(`${outside}/new`)}`, refused],
    // bind(2) does not follow a link there.
    ["bind a unix:dangling", "EADDRINUSE"],
    ["bind a unix:/proc/self/cwd/new", "EACCES --allow-all"],
    ["listen a 1", "EINVAL"],
    "bind a unix:own",
    "listen a 1",
    "b = socket AF_UNIX SOCK_STREAM",
    "connect b unix:own",
    ["accept a", "5"],
  ]);
  assertEquals([...Deno.readDirSync(outside)], []);
  assert(Deno.lstatSync(`${inside}/own`).isSocket);
});

testInFolders("abstract names and autobind take unscoped permissions", async (
  servers,
  stack,
  folder,
) => {
  const name = `@vmsock-permissions-${Deno.pid}`;
  const server = servers.unix(name);
  const datagram = servers.unix(`${name}-datagram`, SOCK_DGRAM);
  const refused = (flag: string): Expectation[] => [
    "a = socket AF_UNIX SOCK_STREAM",
    [`connect a unix:${name}`, flag],
    [`bind a unix:${name}-new`, flag],
    ["bind a unix:", flag],
    ["bind a hex:0100", flag],
    "d = socket AF_UNIX SOCK_DGRAM",
    [`sendto d 'x' unix:${name}-datagram`, flag],
    [`connect d unix:${name}-datagram`, flag],
    ["bind d unix:", flag],
    // SO_PASSCRED would give it a name when it sends.
    ["setsockopt d SOL_SOCKET 16 1", "ENOPROTOOPT"],
    ["getsockname d", "0"],
  ];
  const scoped = [
    `--allow-net=unix:${folder}`,
    `--allow-read=${folder}`,
    `--allow-write=${folder}`,
  ];
  await expectCalls(
    { stack, flags: scoped },
    refused(
      "EACCES --allow-net --allow-read --allow-write",
    ),
  );
  await expectCalls(
    { stack, flags: ["--allow-net"] },
    refused(
      "EACCES --allow-read --allow-write",
    ),
  );
  const open = ["--allow-net", "--allow-read", "--allow-write"];
  await expectCalls(
    { stack, flags: [...open, "--deny-read=/nowhere"] },
    refused(
      "EACCES --allow-read",
    ),
  );
  assertEquals(server.arrivals(), []);
  await expectCalls({ stack, flags: open }, [
    "a = socket AF_UNIX SOCK_STREAM",
    [`connect a unix:${name}`, "0"],
    "send a 'x'",
    "d = socket AF_UNIX SOCK_DGRAM",
    "bind d unix:",
    [`sendto d 'y' unix:${name}-datagram`, "1"],
  ]);
  assertEquals(server.arrivals(), ["x"]);
  assertEquals(datagram.arrivals(), ["y"]);
});

testOnEach("a pair of local sockets needs no permission and leads nowhere", async (
  servers,
  stack,
) => {
  const name = `@vmsock-pair-${Deno.pid}`;
  const server = servers.unix(name);
  const datagram = servers.unix(`${name}-datagram`, SOCK_DGRAM);
  const calls = ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET"].flatMap((type) => [
    `socketpair AF_UNIX ${type}`,
    "send first 'x'",
    "recv second",
    `connect first unix:${name}`,
    `sendto first 'y' unix:${name}-datagram`,
    `sendmsg first 'y' unix:${name}-datagram`,
    `bind first unix:${name}-new`,
    "bind first unix:",
    "getsockname first",
  ]);
  const answers = await runGuest({ stack }, calls);
  for (let at = 0; at < calls.length; at += 9) {
    assertEquals(answers.slice(at, at + 3), ["0", "1", "1 'x'"]);
    assertEquals(answers[at + 8], "0");
    for (const call of [6, 7]) assert(/^E/.test(answers[at + call] ?? ""), calls[at + call]);
  }
  assertEquals(server.arrivals(), []);
  assertEquals(datagram.arrivals(), []);
});
