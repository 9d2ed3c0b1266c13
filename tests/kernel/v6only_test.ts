import { assertEquals } from "@std/assert";
import { parseSocketAddress } from "../../lib/ip.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../lib/linux/in.ts";
import { encodeSockaddr } from "../../lib/linux/sockaddr.ts";
import { AF_INET6, SOCK_DGRAM, SOCK_STREAM } from "../../lib/linux/socket.ts";
import type { Kernel } from "../../lib/kernel/kernel.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { STACKS, testOn } from "./guest.ts";

/** IPV6_V6ONLY after a bind to `text`. */
function v6OnlyAfterBind(kernel: Kernel, type: number, text: string): number | undefined {
  const address = parseSocketAddress(text);
  if (address === null) throw new Error(`Cannot parse "${text}"`);
  const fd = kernel.socket(AF_INET6, type, 0);
  assertEquals(kernel.bind(fd, encodeSockaddr(address)), 0);
  const value = new Uint8Array(4);
  assertEquals(kernel.getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, value, Int32Array.of(4)), 0);
  return value[0];
}

for (const stack of STACKS) {
  for (const [name, type] of [["TCP", SOCK_STREAM], ["UDP", SOCK_DGRAM]] as const) {
    for (const [address, value] of [["::1", 1], ["::", 0], ["::ffff:127.0.0.1", 0]] as const) {
      testOn(
        stack,
        `getsockopt(IPV6_V6ONLY) gives ${value} when ${name} is bound to ${address}`,
        ({ kernel }) => {
          assertEquals(v6OnlyAfterBind(kernel, type, `[${address}]:0`), value);
        },
        address === "::1" ? NO_IPV6 : null,
      );
    }
  }
}
