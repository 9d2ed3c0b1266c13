import { assert, assertEquals } from "@std/assert";
import { SOCK_DGRAM } from "../../lib/linux/socket.ts";
import type { PolicyOptions } from "../../lib/kernel/policy/policy.ts";
import type { Race } from "./race_program.ts";
import { denoArguments, flagsOf } from "./run_guest.ts";
import { type TestedStack, testOn, testOnEach } from "./stacks.ts";

/** Runs race_program.ts; how often each result came. */
async function race(race: Race, flags: readonly string[]): Promise<Record<string, number>> {
  const all = ["--no-prompt", ...flagsOf({ stack: race.stack, flags })];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArguments("race_program.ts", all), JSON.stringify(race)],
    stdin: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  assert(stdout.length > 0, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

const TRIES = { libc: 20_000, deno: 8_000 } as const;

/**
 * What allows an address and refuses another: on the deno stack the embedder's rules, since there
 * Deno checks the address once more.
 */
function narrow(stack: TestedStack, allowed: string, other: string): [string[], PolicyOptions] {
  return stack === "libc"
    ? [[`--allow-net=${allowed},0.0.0.0:0`], {}]
    : [["--allow-net"], { deny: [other] }];
}

testOnEach("connect() goes to the address that was checked", async (servers, stack) => {
  const other = servers.tcp();
  const closed = servers.closed();
  const addresses = [`127.0.0.1:${closed}`, `127.0.0.1:${other.port}`] as const;
  const [flags, rules] = narrow(stack, ...addresses);
  const tries = TRIES[stack];
  const counts = await race({ stack, call: "connect", addresses, tries, rules }, flags);
  // Both addresses were seen.
  assertEquals(Object.keys(counts).sort(), ["EACCES", "ECONNREFUSED"]);
  assertEquals(other.arrivals(), []);
});

testOnEach("datagrams go to the address that was checked", async (servers, stack) => {
  const other = servers.udp();
  // Nobody's, most likely; what arrives there is lost.
  const addresses = ["127.0.0.1:9", `127.0.0.1:${other.port}`] as const;
  const [flags, rules] = narrow(stack, ...addresses);
  for (const call of ["sendto", "sendmsg"] as const) {
    const counts = await race({ stack, call, addresses, tries: TRIES[stack], rules }, flags);
    assertEquals(Object.keys(counts).sort(), ["EACCES", "success"]);
    assertEquals(other.arrivals(), []);
  }
});

testOn("libc", "Unix sockets go to the path that was checked", async (servers, stack) => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_race_" }));
  try {
    const other = servers.unix(`${folder}/other`, SOCK_DGRAM);
    const granted = `${folder}/grant`;
    servers.unix(granted, SOCK_DGRAM);
    const counts = await race({
      stack,
      call: "sendto",
      addresses: [`unix:${granted}`, `unix:${folder}/other`],
      tries: 3_000,
    }, ["--allow-net", `--allow-read=${granted}`, `--allow-write=${granted}`]);
    assertEquals(Object.keys(counts).sort(), ["EACCES", "EAGAIN", "success"]);
    assertEquals(other.arrivals(), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

testOn("libc", "Unix sockets go where the path led when it was checked", async (servers, stack) => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_race_" }));
  try {
    const other = servers.unix(`${folder}/other`, SOCK_DGRAM);
    const granted = `${folder}/grant`;
    Deno.mkdirSync(granted);
    servers.unix(`${granted}/server`, SOCK_DGRAM);
    const link = `${granted}/link`;
    const flips = { done: false };
    const flipping = flip(link, ["server", `${folder}/other`], flips);
    const path = `unix:${link}`;
    const grants = ["--allow-net", `--allow-read=${granted}`, `--allow-write=${granted}`];
    const guest = race({ stack, call: "sendto", addresses: [path, path], tries: 3_000 }, grants);
    const counts = await guest.finally(() => flips.done = true);
    await flipping;
    assertEquals(Object.keys(counts).sort(), ["EACCES", "EAGAIN", "success"]);
    assertEquals(other.arrivals(), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Lets a symbolic link say one thing and then the other, until it is told to stop. */
async function flip(
  link: string,
  targets: readonly string[],
  state: { done: boolean },
): Promise<void> {
  for (let turn = 0; !state.done; turn++) {
    for (let times = 0; times < 50; times++) {
      Deno.symlinkSync(targets[(turn + times) % 2] as string, `${link}.new`);
      Deno.renameSync(`${link}.new`, link);
    }
    // The guest's end is noticed meanwhile.
    await Deno.lstat(link);
  }
}
