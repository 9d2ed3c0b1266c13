/**
 * Calls the interfaces of `scheduler:core-libs` as a component does.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { WitSockets, type WitSocketsOptions } from "../../../lib/guest/wasi_p2/mod.ts";
import type { Pollable } from "../../../lib/guest/wasi_p2/io/poll.ts";
import type { IpAddressValue } from "../../../lib/guest/wasi_p2/sockets/network.ts";
import type { SocketTable } from "../../../lib/guest/wit/socket.ts";
import type { Network } from "../../../lib/guest/wit/wasi_network.ts";
import type { TcpSocketClass } from "../../../lib/guest/wit/wasi_tcp.ts";
import type { UdpSocketClass } from "../../../lib/guest/wit/wasi_udp.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { Policy } from "../../../lib/kernel/policy/policy.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { NO_IPV6 } from "../../ipv6.ts";
import type { TestedStack } from "../../kernel/guest.ts";
import { testEachStack } from "../wasi_p2/component_guest.ts";

/** Descriptors that are looked at for what was left open. */
const MOST_DESCRIPTORS = 64;

/** The families that every behaviour is tested with. */
export const FAMILIES = ["ipv4", "ipv6"] as const;

/** One of them. */
export type Family = (typeof FAMILIES)[number];

/** The functions of `wasi-network`. */
export interface NetworkInterface {
  readonly getNetwork: () => Network;
  readonly getNamedNetwork: (name: string) => Network;
  readonly resolveName: (network: Network, name: string) => IpAddressValue[];
}

/** What a component that imports everything has. */
export interface Guest {
  readonly kernel: Kernel;
  readonly socket: Omit<SocketTable, typeof Symbol.dispose>;
  readonly network: NetworkInterface;
  readonly TcpSocket: TcpSocketClass;
  readonly UdpSocket: UdpSocketClass;
  readonly poll: (pollables: readonly Pollable[]) => Uint32Array;
  /** How many descriptors beyond the standard ones are open. */
  readonly openDescriptors: () => number;
}

/** How a guest is made. */
export interface GuestOptions extends Omit<WitSocketsOptions, "system"> {
  /** The policy of its kernel. */
  readonly policy?: Policy;
  /** Descriptors that the kernel may have at once. */
  readonly nofile?: number;
}

/** Runs a guest on a stack; fails if descriptors are left open when its import object ends. */
export function withGuest(
  stack: TestedStack,
  body: (guest: Guest) => void,
  { policy, nofile, ...networks }: GuestOptions = {},
): void {
  using kernel = new Kernel(openStack(stack), {
    ...(policy === undefined ? {} : { policy }),
    ...(nofile === undefined ? {} : { nofile: { current: nofile, maximum: nofile } }),
  });
  const openDescriptors = () => {
    let count = 0;
    for (let fd = 3; fd < MOST_DESCRIPTORS; fd++) {
      if (kernel.kind(fd) !== -Errno.EBADF) count++;
    }
    return count;
  };
  {
    using sockets = new WitSockets({ ...networks, system: kernel });
    const interfaces = sockets.imports as unknown as {
      "scheduler:core-libs/socket": Guest["socket"];
      "scheduler:core-libs/wasi-network": NetworkInterface;
      "scheduler:core-libs/wasi-tcp": { readonly TcpSocket: TcpSocketClass };
      "scheduler:core-libs/wasi-udp": { readonly UdpSocket: UdpSocketClass };
      "wasi:io/poll": { readonly poll: Guest["poll"] };
    };
    body({
      kernel,
      socket: interfaces["scheduler:core-libs/socket"],
      network: interfaces["scheduler:core-libs/wasi-network"],
      TcpSocket: interfaces["scheduler:core-libs/wasi-tcp"].TcpSocket,
      UdpSocket: interfaces["scheduler:core-libs/wasi-udp"].UdpSocket,
      poll: interfaces["wasi:io/poll"].poll,
      openDescriptors,
    });
  }
  assertEquals(openDescriptors(), 0, "descriptors were left open");
}

/** Registers a test for each stack and family. */
export function testGuest(
  name: string,
  body: (guest: Guest, family: Family, stack: TestedStack) => void,
  options: GuestOptions = {},
): void {
  for (const family of FAMILIES) {
    testEachStack(
      `${name}, ${family}`,
      (stack) => withGuest(stack, (guest) => body(guest, family, stack), options),
      family === "ipv6" ? NO_IPV6 : null,
    );
  }
}

/** What a function throws: the name of an error; fails if it is anything else. */
export function errorOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (typeof error === "string") return error;
    throw error;
  }
  return "ok";
}

/** The loopback address as text. */
export function loopbackText(family: Family): string {
  return family === "ipv4" ? "127.0.0.1" : "::1";
}

/** The loopback address as `ip-address`. */
export function loopbackValue(family: Family): IpAddressValue {
  return family === "ipv4"
    ? { tag: "ipv4", val: [127, 0, 0, 1] }
    : { tag: "ipv6", val: [0, 0, 0, 0, 0, 0, 0, 1] };
}

/** The address of all interfaces as `ip-address`. */
export function anyValue(family: Family): IpAddressValue {
  return family === "ipv4"
    ? { tag: "ipv4", val: [0, 0, 0, 0] }
    : { tag: "ipv6", val: [0, 0, 0, 0, 0, 0, 0, 0] };
}

/** A loopback address to which nobody listens: of a socket that is bound and no more. */
export function deadPort({ socket }: Guest, family: Family): number {
  const handle = socket.createSocket(family, "tcp");
  socket.bind(handle, { host: loopbackText(family), port: 0 });
  return socket.getLocalAddress(handle).port;
}
