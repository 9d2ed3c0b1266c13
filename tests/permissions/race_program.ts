/**
 * A guest with two threads: one makes the same call again and again, the other one changes the
 * address under it, which lies in memory that both have. Prints how often each result came, in JSON.
 *
 * Its argument is {@link Race} in JSON.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { Policy, type PolicyOptions } from "../../lib/kernel/policy/policy.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "../../lib/linux/socket.ts";
import { openStack } from "../../lib/stack/open.ts";
import { sockaddrOf } from "./guest_call.ts";

/** What is tried. */
export interface Race {
  /** The stack below. */
  readonly stack: "libc" | "deno";
  /** The call. */
  readonly call: "connect" | "sendto" | "sendmsg";
  /** The two addresses, as in guest_call.ts. */
  readonly addresses: readonly [string, string];
  /** How often at least; more where the threads did not run at the same time. */
  readonly tries: number;
  /** The embedder's rules. */
  readonly rules?: PolicyOptions;
}

const { stack, call, addresses, tries, rules } = JSON.parse(Deno.args[0] ?? "") as Race;
const [first, second] = addresses.map((text) =>
  sockaddrOf(text, { numbers: new Map(), addresses: new Map() }) ?? new Uint8Array()
);
if (first === undefined || second === undefined || first.length !== second.length) {
  throw new Error("Cannot race with addresses of different lengths");
}
const family = first[0] as number;
const type = call === "connect" ? SOCK_STREAM : SOCK_DGRAM | SOCK_NONBLOCK;

/** Runs in the other thread: changes the address until it is ended. */
function flip(scope: { onmessage: ((event: MessageEvent) => void) | null }): void {
  scope.onmessage = ({ data: { shared, first, second, started } }) => {
    for (let turn = 0;; turn++) {
      shared.set(turn % 2 === 0 ? second : first);
      if (turn === 100) {
        Atomics.store(started, 0, 1);
        Atomics.notify(started, 0);
      }
    }
  };
}

const shared = new Uint8Array(new SharedArrayBuffer(first.length));
shared.set(first);
const started = new Int32Array(new SharedArrayBuffer(4));
const source = new Blob([`(${flip.toString()})(globalThis)`], { type: "text/javascript" });
const worker = new Worker(URL.createObjectURL(source), { type: "module" });
worker.postMessage({ shared, first, second, started });
const kernel = new Kernel(openStack(stack), { policy: new Policy(rules ?? {}) });
Atomics.wait(started, 0, 0);

const counts: Record<string, number> = {};
const content = new Uint8Array(1);
const known = [AF_INET, AF_INET6, AF_UNIX].includes(family) ? family : AF_INET;
let socket = kernel.socket(known, type, 0);
for (let index = 0; index < tries || !wereBothSeen(); index++) {
  const result = attempt();
  const name = result < 0 ? errnoName(-result) : "success";
  counts[name] = (counts[name] ?? 0) + 1;
  if (result < 0 || call !== "connect") continue;
  kernel.close(socket);
  socket = kernel.socket(known, type, 0);
}

/** Whether each address was found often enough. */
function wereBothSeen(): boolean {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const refused = counts["EACCES"] ?? 0;
  return Math.min(refused, all - refused) >= tries / 20;
}

function attempt(): number {
  switch (call) {
    case "connect":
      return kernel.connect(socket, shared);
    case "sendto":
      return kernel.sendto(socket, content, 1, 0, shared);
    case "sendmsg":
      return kernel.sendmsg(socket, [{ base: content, length: 1 }], 0, shared);
  }
}

worker.terminate();
kernel.exit();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(counts)));
Deno.exit();
