/**
 * What threads may reach.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import { assertErrno, bytes, whyMissing } from "../guest.ts";
import { until } from "./test_worker.ts";
import { testThreads, ThreadedGuest } from "./threads.ts";

const PROGRAM = new URL("./policy_program.ts", import.meta.url).pathname;
const FOLDER = new URL("../../../", import.meta.url).pathname;

const missing = Deno.build.os === "linux" ? whyMissing("libc") : "needs Linux";

async function run(flags: readonly string[], ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-ffi", "--allow-read", ...flags, PROGRAM, ...args],
    cwd: FOLDER,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

function testProgram(name: string, body: () => Promise<void>): void {
  const note = missing === null ? "" : ` (skipped: ${missing})`;
  Deno.test({ name: `[threads] ${name}${note}`, ignore: missing !== null, fn: body });
}

testProgram("a name that one thread has resolved is known to the others", async () => {
  const flags = ["--allow-net=localhost:4321"];
  assertEquals(await run(flags, "names", "4321"), "EACCES\n1\n0\n");
  // Another port of the name is not granted, whoever has resolved it.
  assertEquals(await run(flags, "names", "4322"), "EACCES\n1\nEACCES\n");
});

testProgram("a permission that one thread revokes is revoked for the others", async () => {
  assertEquals(await run(["--allow-net"], "revoke", "4321"), "0\nEACCES\n");
});

testThreads("an embedder's rules hold for every thread", async (guest) => {
  const port = 4321;
  const fd = guest.udp();
  const address = encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, port));
  assertErrno(guest.kernel.connect(fd, address), Errno.EACCES);
  const gate = guest.ok(guest.kernel.eventfd2(1, 0), "eventfd2");
  assertErrno(Number(await guest.start("connectTwice", fd, port, gate).result), Errno.EACCES);
}, { policy: new Policy({ deny: ["connect@127.0.0.1:4321"] }) });

Deno.test({
  name: "[threads] datagrams of refused senders reach no thread, however many receive",
  ignore: missing !== null,
  fn: async () => {
    // The port of the sender that is refused has to be known before.
    using others = new ThreadedGuest();
    const [friend, stranger] = [others.udp(), others.udp()];
    const name = new SockaddrStorage();
    others.ok(others.kernel.getsockname(stranger, name), "getsockname");
    const refused = ((name.bytes[2] as number) << 8) | (name.bytes[3] as number);
    const policy = new Policy({ deny: [`receive@127.0.0.1:${refused}`] });
    const guest = new ThreadedGuest({ policy });
    try {
      const receiver = guest.udp();
      guest.bound(receiver, 0);
      const address = guest.addressOf(receiver);
      const threads = Array.from({ length: 4 }, () => guest.start("receiveAll", receiver));
      await Promise.all(threads.map((thread) => thread.started));
      const rounds = 300;
      for (let round = 0; round < rounds; round++) {
        for (const [fd, text] of [[stranger, "bad"], [friend, "good"]] as const) {
          const content = bytes(text);
          others.ok(others.kernel.sendto(fd, content, content.length, 0, address), "sendto");
        }
      }
      let ended = 0;
      const results = threads.map(async ({ result }) => {
        await result;
        ended++;
        return result;
      });
      // A queue that is full loses datagrams.
      await until(() => {
        others.ok(others.kernel.sendto(friend, bytes("end"), 3, 0, address), "sendto");
        return ended === threads.length;
      }, "the end of the receivers");
      const texts = (await Promise.all(results) as string[][]).flat();
      assertEquals(texts.filter((text) => text !== "good"), []);
    } finally {
      await guest.end();
    }
  },
});
