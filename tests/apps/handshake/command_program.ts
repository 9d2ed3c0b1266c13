/** Runs `vmsock handshake` in every way in which it can end, against Linux's own TCP. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bringUp } from "../../../lib/device/interface_request.ts";
import { TunDevice } from "../../../lib/device/tun.ts";
import { parseIpAddress } from "../../../lib/ip.ts";
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

// A namespace begins with its loopback interface down.
const down = await handshake(["-A"], "127.0.0.1", "1");
assertEquals([down.code, down.stderr.includes("ip link set lo up")], [1, true], down.stderr);

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
    [[...TUN.slice(0, 1), "--address=127.0.0.1/8", "127.0.0.1", "80"], "address of one host"],
    [[...TUN.slice(0, 2), "--gateway=10.9.0.2", "10.9.0.1", "80"], "both are 10.9.0.2"],
    [[...TUN.slice(0, 2), "--gateway=192.0.2.1", "10.9.0.1", "80"], "network of no --address"],
    [[...TUN, "fd00::1", "80"], "has to be of IPv6"],
    [[...TUN, "--stack=user", "10.9.0.1", "80"], "leave --stack=user out, add --via=tun"],
    [["--stack=user", "--address=10.9.0.2/24", "127.0.0.1", "80"], "leave --stack=user out"],
    [[...TUN.slice(1), "127.0.0.1", "80"], "--address does nothing without --via=tun"],
    [[...TUN, "--nameserver=10.9.0.1", "10.9.0.1", "80"], "leave --nameserver out"],
    [["--timeout=x", "127.0.0.1", "80"], "--timeout takes seconds"],
  ] as const
) {
  const wrong = await handshake(["-A"], ...args);
  assertEquals(wrong.code, 2, args.join(" "));
  assertStringIncludes(wrong.stderr, hint);
  assertEquals(wrong.stderr.split("\n").length, 2, wrong.stderr);
}
for (
  const [args, hint] of [
    [["--via=tun", "--address=10.8.0.1/24", "--tun=lo", "10.8.0.2", "80"], "another kind"],
    [["--via=tun", "--address=10.8.0.1/24", "--tun=a/b", "10.8.0.2", "80"], "without /"],
    [["::1", "80"], "--via=tun for IPv6"],
  ] as const
) {
  const failed = await handshake(["-A"], ...args);
  assertEquals(failed.code, 1, args.join(" "));
  assertStringIncludes(failed.stderr, hint);
}
// An address that Linux has itself: a device of another name holds it.
const holder = openLibc();
const held = TunDevice.open(holder, "held%d");
assert(typeof held !== "number");
assertEquals(held.name, "held0");
const ip = parseIpAddress("10.7.0.1");
assert(ip !== null);
assertEquals(bringUp(holder, held.name, { ip, prefixLength: 24 }), 0);
const own = await handshake(["-A"], "--via=tun", "--address=10.7.0.1/24", "10.7.0.2", "80");
assertEquals(own.code, 1);
assertStringIncludes(own.stderr, "this host has --address itself");
held.close();
holder.release();

// IPv6, with Linux's address given to the device.
const six = ["--via=tun", "--address=fd00::2/64", "--gateway=fd00::1"];
const none = await handshake(["-A"], ...six, "--timeout=4", "fd00::1", "1");
assertMatch(none.stderr, /^vmsock: \[fd00::1\]:1 refused: .*nothing listens there\n$/);

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
