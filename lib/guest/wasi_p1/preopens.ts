/**
 * Opens what a WASI preview 1 guest finds open.
 *
 * @module
 */
import { parseSocketAddress, SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_RDONLY } from "../../linux/fcntl.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../linux/socket.ts";
import { decodeSockaddr, encodeSockaddr } from "../../linux/sockaddr.ts";
import type { PreopenedDirectory } from "../wasi/preopened.ts";
import { WasiError } from "./wasi_error.ts";

/** Connections that wait to be accepted, as many as Linux's default for listen(2) allows. */
const BACKLOG = 4096;

/** `NAME:PORT`. */
const NAME_AND_PORT = /^([^:]+):(\d{1,5})$/;

/** What was refused, in words, with the flag to add. */
function reasonOf(system: System, result: number): string {
  const flag = result === -Errno.EACCES ? system.takeDenial() : null;
  return flag === null ? errnoMessage(result) : `${errnoMessage(result)}, add ${flag}`;
}

/**
 * Opens a directory of the host.
 *
 * @returns The system's descriptor.
 * @throws {WasiError} If that fails.
 */
export function openDirectory(system: System, { host }: PreopenedDirectory): number {
  const fd = system.openat(AT_FDCWD, host, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const flag = fd === -Errno.EACCES ? `, add --allow-read=${host}` : "";
  throw new WasiError(`Cannot open ${host} for the guest: ${errnoMessage(fd)}${flag}`);
}

/** The address that a text names. */
function addressOf(system: System, text: string): SocketAddress {
  const literal = parseSocketAddress(text);
  if (literal !== null) return literal;
  const [, name = "", port = ""] = NAME_AND_PORT.exec(text) ?? [];
  if (name === "" || Number(port) > 0xffff) {
    throw new WasiError(
      `Cannot listen on ${text}: an address is IP:PORT, [IPV6]:PORT or NAME:PORT`,
    );
  }
  const found: Uint8Array<ArrayBuffer>[] = [];
  const count = system.resolve(name, AF_UNSPEC, found);
  if (count < 0) throw new WasiError(`Cannot listen on ${text}: ${reasonOf(system, count)}`);
  const address = decodeSockaddr(found[0] ?? new Uint8Array());
  if (!(address instanceof SocketAddress)) {
    throw new WasiError(`Cannot listen on ${text}: ${name} has no address`);
  }
  return new SocketAddress(address.ip, Number(port));
}

function listenOn(system: System, fd: number, address: SocketAddress): number {
  const on = new Uint8Array(Int32Array.of(1).buffer);
  const steps = [
    () => system.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length),
    () => system.bind(fd, encodeSockaddr(address)),
    () => system.listen(fd, BACKLOG),
  ];
  for (const step of steps) {
    const result = step();
    if (result < 0) return result;
  }
  return 0;
}

/**
 * Opens a listening socket, which does not wait.
 *
 * @param system The system.
 * @param text `IP:PORT`, `[IPV6]:PORT` or `NAME:PORT`.
 * @returns The system's descriptor.
 * @throws {WasiError} If that fails.
 */
export function openListener(system: System, text: string): number {
  const address = addressOf(system, text);
  const domain = address.ip.family === 4 ? AF_INET : AF_INET6;
  const fd = system.socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const result = fd < 0 ? fd : listenOn(system, fd, address);
  if (result < 0) {
    const reason = reasonOf(system, result);
    if (fd >= 0) system.close(fd);
    throw new WasiError(`Cannot listen on ${text}: ${reason}`);
  }
  return fd;
}
