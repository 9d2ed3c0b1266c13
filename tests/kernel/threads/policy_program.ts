/**
 * A guest with threads under narrow permissions, for `policy_test.ts`: prints what its calls give.
 *
 *     deno run --allow-ffi --allow-read … policy_program.ts names|revoke PORT
 *
 * @module
 */
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { revokePermissions } from "../../../lib/kernel/policy/permissions.ts";
import { errnoName } from "../../../lib/linux/errno.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { TestWorker } from "./test_worker.ts";

function print(result: unknown): void {
  const isError = typeof result === "number" && result < 0;
  // deno-lint-ignore no-console -- a program's output
  console.log(isError ? errnoName(-result) : String(result));
}

const [what, port = "0"] = Deno.args;
const kernel = new Kernel(openStack("libc"), { checkLocks: true });
const fd = kernel.socket(AF_INET, SOCK_DGRAM, 0);
const shared = kernel.share();
const address = encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, Number(port)));

function run(program: "resolve" | "connectTwice", ...args: number[]): TestWorker {
  return new TestWorker({ type: "program", shared, program, args });
}

if (what === "names") {
  print(kernel.connect(fd, address));
  print(await run("resolve").result);
  print(kernel.connect(fd, address));
} else {
  const gate = kernel.eventfd2(0, 0);
  const thread = run("connectTwice", fd, Number(port), gate);
  print(await thread.report());
  revokePermissions({ name: "net" });
  kernel.write(gate, new Uint8Array(BigUint64Array.of(1n).buffer), 8);
  print(await thread.result);
}
kernel.exit();
