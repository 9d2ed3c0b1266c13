/** Runs `vmsock handshake` in every way in which it can end, against Linux's own TCP. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bringUp } from "../../../lib/device/interface_request.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";

const CLI = new URL("../../../cli.ts", import.meta.url).pathname;
const TUN = ["--via=tun", "--address=10.9.0.2/24", "--gateway=10.9.0.1"];

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function handshake(flags: readonly string[], ...args: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, CLI, "handshake", ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const libc = openLibc();
assertEquals(bringUp(libc, "lo", null), 0);
libc.release();
const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
const { port } = listener.addr;
let accepted = 0;
const serving = (async () => {
  for await (const peer of listener) {
    accepted += 1;
    for await (const _ of peer.readable);
  }
})();

const raw = await handshake(["-A"], "127.0.0.1", `${port}`);
assertEquals(raw.stderr, "");
assertEquals(raw.code, 0);
for (const part of ["SYN, ACK  seq", "ESTABLISHED", "FIN, ACK", "TIME-WAIT", "were connected"]) {
  assertStringIncludes(raw.stdout, part);
}

const capture = await Deno.makeTempFile();
const tun = await handshake(["-A"], ...TUN, `--pcap=${capture}`, "--json", "10.9.0.1", `${port}`);
assertEquals(tun.stderr, "");
const report = JSON.parse(tun.stdout);
assertEquals(report.established, true);
assertEquals(report.failure, null);
assertEquals(report.segments[0].flags, ["SYN"]);
assertEquals(report.segments[1].flags, ["SYN", "ACK"]);
assertEquals(report.segments[1].remoteState, "SYN-RECEIVED");
assertEquals(report.segments[2].localState, "ESTABLISHED");
assertEquals(report.segments[2].remoteState, "ESTABLISHED");
assertEquals(report.segments.at(-1).localState, "TIME-WAIT");
assertEquals([...Deno.readFileSync(capture).subarray(0, 4)], [0xa1, 0xb2, 0xc3, 0xd4]);
assert(Deno.statSync(capture).size > 24 + 6 * (16 + 40));
Deno.removeSync(capture);

const refused = await handshake(["-A"], "127.0.0.1", "1");
assertEquals(refused.code, 1);
assertMatch(refused.stderr, /^vmsock: 127.0.0.1:1 refused: .*nothing listens there\n$/);

const silent = await handshake(["-A"], ...TUN, "--timeout=1.5", "10.9.0.9", "80");
assertEquals(silent.code, 1);
assertMatch(silent.stderr, /^vmsock: 10.9.0.9:80 did not answer 2 SYNs in 1.5 s: .*\n$/);

const scoped = ["--allow-ffi", `--allow-net=127.0.0.1:${port}`];
assertEquals((await handshake(scoped, "127.0.0.1", `${port}`)).code, 0);
const denied = await handshake(scoped, "127.0.0.1", "1");
assertEquals(denied.code, 1);
assertStringIncludes(denied.stderr, "--allow-net=127.0.0.1:1");
const noFfi = await handshake(["--allow-net"], "127.0.0.1", `${port}`);
assertEquals(noFfi.code, 1);
assertStringIncludes(noFfi.stderr, "--allow-ffi");

for (
  const [args, hint] of [
    [["127.0.0.1"], "needs a host and a port"],
    [["127.0.0.1", "0"], "a port is a number from 1 to 65535"],
    [["--via=tun", "127.0.0.1", "80"], "--address=CIDR"],
    [["--timeout=x", "127.0.0.1", "80"], "--timeout takes seconds"],
  ] as const
) {
  const wrong = await handshake(["-A"], ...args);
  assertEquals(wrong.code, 2, args.join(" "));
  assertStringIncludes(wrong.stderr, hint);
}
const unprivileged = await new Deno.Command("setpriv", {
  args: [
    "--bounding-set=-net_raw",
    Deno.execPath(),
    "run",
    "-A",
    CLI,
    "handshake",
    "127.0.0.1",
    "1",
  ],
}).output();
assertEquals(unprivileged.code, 1);
assertStringIncludes(new TextDecoder().decode(unprivileged.stderr), "CAP_NET_RAW");

assertEquals(accepted, 3);
listener.close();
await serving;
