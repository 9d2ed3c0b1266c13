/**
 * The way to a peer: a device, this side's address on it, and Deno's permission to go there.
 *
 * @module
 */
import type { Device } from "../../device/device.ts";
import { bringUp } from "../../device/interface_request.ts";
import { PortGuard } from "../../device/port_guard.ts";
import { RawSocketDevice } from "../../device/raw_socket.ts";
import { TunDevice } from "../../device/tun.ts";
import { parseIpAddress, SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { encodeSockaddr, SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../linux/socket.ts";
import { failure } from "../../net/failure.ts";
import {
  type InterfaceAddress,
  parseInterfaceAddress,
} from "../../stack/user/interface_address.ts";
import type { Libc } from "../../stack/libc/libc.ts";
import { CommandError, optionValue, type ParsedArguments, UsageError } from "../command.ts";

const DEFAULT_TUN = "vmsock0";
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
    throw new CommandError(`Cannot reach ${remote}: this host has no route there`);
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

function parseAddress(parsed: ParsedArguments): InterfaceAddress {
  const text = optionValue(parsed, "address");
  const address = text === undefined ? null : parseInterfaceAddress(text);
  if (address === null) {
    throw new UsageError("--via=tun needs --address=CIDR, such as --address=10.9.0.2/24");
  }
  return address;
}

function openTun(libc: Libc, parsed: ParsedArguments, remote: SocketAddress): Path {
  const name = optionValue(parsed, "tun") ?? DEFAULT_TUN;
  const own = parseAddress(parsed);
  if (own.ip.family !== remote.ip.family) {
    throw new UsageError(`--address is IPv${own.ip.family}, and ${remote} is not`);
  }
  const gatewayText = optionValue(parsed, "gateway");
  const gateway = gatewayText === undefined ? null : parseIpAddress(gatewayText);
  if (gatewayText !== undefined && gateway === null) {
    throw new UsageError(`--gateway is an IP address, not ${gatewayText}`);
  }
  const device = TunDevice.open(libc, name);
  if (typeof device === "number") {
    const isPrivilege = device === -Errno.EPERM || device === -Errno.EACCES;
    throw new CommandError(
      isPrivilege
        ? `Cannot open the TUN device ${name}: it needs CAP_NET_ADMIN, so run as root or in a ` +
          "namespace of your own: unshare -rn"
        : `Cannot open the TUN device ${name}: ${errnoMessage(-device)}`,
    );
  }
  const up = bringUp(
    libc,
    name,
    gateway === null ? null : {
      ip: gateway,
      prefixLength: own.prefixLength,
    },
  );
  if (up < 0) {
    device.close();
    throw new CommandError(`Cannot bring ${name} up: ${errnoMessage(-up)}`);
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
