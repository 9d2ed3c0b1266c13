/**
 * Operations on sockets that take or return addresses.
 *
 * @module
 */
import { Errno } from "../../../lib/linux/errno.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { addressBytes } from "../addresses.ts";
import type { Call, Operation } from "../call.ts";
import { formatResult } from "../format.ts";
import type { Descriptor } from "../names.ts";

/** The operations of this file by name. */
export const ADDRESS_OPERATIONS: Readonly<Record<string, Operation>> = {
  bind,
  connect,
  listen,
  accept,
  accept4,
  getsockname,
  getpeername,
};

function bind(call: Call): string {
  const length = call.intOption("len");
  const socket = call.descriptor(0);
  const address = call.address(1);
  const result = call.raw?.bind(socket.fd, address, length ?? address.length) ??
    call.system.bind(socket.fd, addressBytes(address, length));
  call.learn(socket);
  return formatResult(result);
}

function connect(call: Call): string {
  const length = call.intOption("len");
  const socket = call.descriptor(0);
  const address = call.address(1);
  const result = call.raw?.connect(socket.fd, address, length ?? address.length) ??
    call.system.connect(socket.fd, addressBytes(address, length));
  call.learn(socket);
  return formatResult(result);
}

function listen(call: Call): string {
  const socket = call.descriptor(0);
  const result = call.system.listen(socket.fd, call.int(1));
  call.learn(socket);
  return formatResult(result);
}

function accept(call: Call): string {
  return acceptWith(call, null);
}

function accept4(call: Call): string {
  return acceptWith(call, call.int(1));
}

function acceptWith(call: Call, flags: number | null): string {
  const length = call.intOption("len");
  const peer = call.flag("noaddr") ? null : new SockaddrStorage();
  const listener = call.descriptor(0);
  const raw = peer === null || length === undefined ? null : call.raw;
  const fd = peer !== null && length !== undefined && raw !== null
    ? raw.accept(listener.fd, peer, length, flags)
    : flags === null
    ? call.system.accept(listener.fd, peer)
    : call.system.accept4(listener.fd, peer, flags);
  if (fd < 0) return formatResult(fd);
  if (raw === null && peer !== null && length !== undefined && length < 0) {
    call.system.close(fd);
    return formatResult(-Errno.EINVAL);
  }
  const name = call.newDescriptor(fd, listener);
  const shown = peer === null ? "" : ` peer=${formatPeer(call, peer, listener, length)}`;
  const [accepted] = call.results;
  if (accepted !== undefined) call.learn(call.session.descriptors.named(accepted));
  return name + shown;
}

function formatPeer(
  call: Call,
  peer: SockaddrStorage,
  listener: Descriptor,
  length: number | undefined,
): string {
  if (length !== undefined) return `len:${peer.length}`;
  return `${call.formatAddress(peer, listener)} len=${peer.length}`;
}

function getsockname(call: Call): string {
  return nameWith(call, "getsockname");
}

function getpeername(call: Call): string {
  return nameWith(call, "getpeername");
}

function nameWith(call: Call, operation: "getsockname" | "getpeername"): string {
  const length = call.intOption("len");
  const socket = call.descriptor(0);
  const name = new SockaddrStorage();
  if (operation === "getsockname") call.learn(socket);
  const raw = length === undefined ? undefined : call.raw?.[operation](socket.fd, name, length);
  const result = raw ?? call.system[operation](socket.fd, name);
  if (result < 0) return formatResult(result);
  // System gives the whole address: cutting it, and refusing this length, is a front end's work.
  if (raw === undefined && length !== undefined && length < 0) return formatResult(-Errno.EINVAL);
  const shown = length === undefined ? `${call.formatAddress(name, socket)} ` : "";
  return `0 ${shown}len=${name.length}`;
}
