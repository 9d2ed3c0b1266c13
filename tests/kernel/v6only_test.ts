import { assertEquals } from "@std/assert";
import { parseSocketAddress } from "../../lib/ip.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../lib/linux/in.ts";
import { encodeSockaddr } from "../../lib/linux/sockaddr.ts";
import { AF_INET6, SOCK_DGRAM, SOCK_STREAM } from "../../lib/linux/socket.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack } from "../../lib/stack/open.ts";

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

for (const stack of ["libc", "deno"] as const) {
  for (const [name, type] of [["TCP", SOCK_STREAM], ["UDP", SOCK_DGRAM]] as const) {
    Deno.test(`[${stack}] getsockopt() shows IPV6_V6ONLY when ${name} is bound to an IPv6 address`, () => {
      using kernel = new Kernel(openStack(stack));
      assertEquals(v6OnlyAfterBind(kernel, type, "[::1]:0"), 1);
      assertEquals(v6OnlyAfterBind(kernel, type, "[::]:0"), 0);
      assertEquals(v6OnlyAfterBind(kernel, type, "[::ffff:127.0.0.1]:0"), 0);
    });
  }
}
