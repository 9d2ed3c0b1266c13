/**
 * The way to a peer: a device, this side's address on it, and Deno's permission to go there.
 *
 * @module
 */
import type { Device } from "../../device/device.ts";
import { bringUp } from "../../device/interface_request.ts";
import { isHostAddress } from "../../device/own_address.ts";
import { PortGuard } from "../../device/port_guard.ts";
import { RawSocketDevice } from "../../device/raw_socket.ts";
import { TunDevice } from "../../device/tun.ts";
import { SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { encodeSockaddr, SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../linux/socket.ts";
import { failure } from "../../net/failure.ts";
import { explainTunFailure } from "../../stack/user/tun_failure.ts";
import type { Libc } from "../../stack/libc/libc.ts";
import { CommandError, optionValue, type ParsedArguments, UsageError } from "../command.ts";
import { parseTunOptions } from "../tun_options.ts";

/** Ports that hosts give to clients: RFC 6335, section 6. */
const FIRST_DYNAMIC_PORT = 49_152;

/** A way to a peer. */
export interface Path extends Disposable {
  /** What carries the packets. */
  readonly device: Device;
  /** This side's address. */
  readonly local: SocketAddress;
  /** Whether Linux has the same address. */
  readonly sharesAddress: boolean;
}

/**
 * Asks the kernel for the source address (MUST-44) and, by the same call, whether the peer may be
 * reached: a connected UDP socket sends nothing.
 */
function sourceFor(system: System, remote: SocketAddress): SocketAddress | null {
  const fd = system.socket(remote.ip.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  if (fd < 0) throw failure(system, { syscall: "socket", result: fd, action: "ask for a route" });
  try {
    const result = system.connect(fd, encodeSockaddr(remote));
    if (result === -Errno.EACCES || result === -Errno.EPERM) {
      throw failure(system, { syscall: "connect", result, action: `reach ${remote}` });
    }
    const name = new SockaddrStorage();
    name.length = name.bytes.length;
    if (result < 0 || system.getsockname(fd, name) < 0) return null;
    return name.address instanceof SocketAddress ? name.address : null;
  } finally {
    system.close(fd);
  }
}

function openRaw(libc: Libc, source: SocketAddress | null, remote: SocketAddress): Path {
  if (remote.ip.family !== 4) {
    throw new CommandError(`Cannot reach ${remote} by a raw socket: use --via=tun for IPv6`);
  }
  if (source === null) {
    const hint = remote.ip.isLoopback ? ", so say: ip link set lo up" : "";
    throw new CommandError(`Cannot reach ${remote}: this host has no route there${hint}`);
  }
  const device = RawSocketDevice.open(libc);
  if (typeof device === "number") {
    throw new CommandError(
      device === -Errno.EPERM
        ? "Cannot open a raw socket: it needs CAP_NET_RAW, so run as root or in a namespace " +
          "of your own: unshare -rn"
        : `Cannot open a raw socket: ${errnoMessage(-device)}`,
    );
  }
  const guard = PortGuard.reserve(libc, source.ip, 0);
  if (typeof guard === "number") {
    device.close();
    throw new CommandError(`Cannot reserve a port at ${source.ip}: ${errnoMessage(-guard)}`);
  }
  return {
    device,
    local: guard.address,
    sharesAddress: true,
    [Symbol.dispose]: () => {
      device.close();
      guard.close();
    },
  };
}

function openTun(libc: Libc, parsed: ParsedArguments, remote: SocketAddress): Path {
  const { tun, addresses, gateway } = parseTunOptions(parsed, "--via=tun");
  const own = addresses.find(({ ip }) => ip.family === remote.ip.family);
  if (own === undefined) {
    throw new UsageError(`--address has to be of IPv${remote.ip.family}, as ${remote} is`);
  }
  const device = TunDevice.open(libc, tun);
  if (typeof device === "number") throw new CommandError(explainTunFailure(tun, -device));
  const { prefixLength } = own;
  const up = bringUp(libc, device.name, gateway === null ? null : { ip: gateway, prefixLength });
  if (up < 0 || isHostAddress(libc, own.ip)) {
    device.close();
    throw new CommandError(explainTunFailure(tun, up < 0 ? -up : Errno.EADDRINUSE));
  }
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  const port = FIRST_DYNAMIC_PORT + random % (0x10000 - FIRST_DYNAMIC_PORT);
  return {
    device,
    local: new SocketAddress(own.ip, port),
    sharesAddress: false,
    [Symbol.dispose]: () => device.close(),
  };
}

/**
 * Opens the way to a peer as the command line asks.
 *
 * @param libc The C library.
 * @param system A system whose policy says whether the peer may be reached.
 * @param remote The peer's address.
 * @param parsed The command's arguments.
 * @throws {CommandError} If it cannot be opened, with what is missing.
 * @throws {NetError} If the peer may not be reached.
 */
export function openPath(
  libc: Libc,
  system: System,
  remote: SocketAddress,
  parsed: ParsedArguments,
): Path {
  const source = sourceFor(system, remote);
  return optionValue(parsed, "via") === "tun"
    ? openTun(libc, parsed, remote)
    : openRaw(libc, source, remote);
}
