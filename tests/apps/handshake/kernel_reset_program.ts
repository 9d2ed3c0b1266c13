/**
 * A handshake over a raw socket whose port nobody guards: the kernel, which knows of no socket there,
 * resets the connection behind its back. Prints how that is explained.
 */
import { assert, assertEquals } from "@std/assert";
import { exchange } from "../../../lib/apps/handshake/exchange.ts";
import { explainFailure } from "../../../lib/apps/handshake/explanation.ts";
import { bringUp } from "../../../lib/device/interface_request.ts";
import { RawSocketDevice } from "../../../lib/device/raw_socket.ts";
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";
import { DEFAULT_TCP_SETTINGS } from "../../../lib/tcp/mod.ts";

const libc = openLibc();
assertEquals(bringUp(libc, "lo", null), 0);
const device = RawSocketDevice.open(libc);
assert(typeof device !== "number");
const { descriptor } = device;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const remote = new SocketAddress(IPV4_LOOPBACK, listener.addr.port);
const timeout = 5000;
const result = exchange({
  device,
  local: new SocketAddress(IPV4_LOOPBACK, 50_000),
  remote,
  settings: DEFAULT_TCP_SETTINGS,
  sharesAddress: true,
  timeout,
  clock: () => performance.now(),
  wait: (milliseconds) => {
    libc.poll(new Int32Array([descriptor, POLLIN]), 1, Math.ceil(milliseconds));
  },
});
assert(result.established !== null);
assertEquals(result.error, Errno.ECONNRESET);
assertEquals(result.events.at(-1)?.state, "CLOSED");
const explanation = explainFailure(result, remote, timeout)?.replace(`${remote}`, "PEER");
Deno.stdout.writeSync(new TextEncoder().encode(`${explanation}\n`));
device.close();
listener.close();
libc.release();
