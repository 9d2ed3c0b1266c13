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
  const result = call.system.bind(socket.fd, addressBytes(call.address(1), length));
  call.learn(socket);
  return formatResult(result);
}

function connect(call: Call): string {
  const length = call.intOption("len");
  const socket = call.descriptor(0);
  const result = call.system.connect(socket.fd, addressBytes(call.address(1), length));
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
  return acceptWith(call, ({ fd }, peer) => call.system.accept(fd, peer));
}

function accept4(call: Call): string {
  return acceptWith(call, ({ fd }, peer) => call.system.accept4(fd, peer, call.int(1)));
}

function acceptWith(
  call: Call,
  accept: (listener: Descriptor, peer: SockaddrStorage | null) => number,
): string {
  const length = call.intOption("len");
  const peer = call.flag("noaddr") ? null : new SockaddrStorage();
  const listener = call.descriptor(0);
  const fd = accept(listener, peer);
  if (fd < 0) return formatResult(fd);
  if (peer !== null && length !== undefined && length < 0) {
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
  return nameWith(call, (socket, name) => {
    call.learn(socket);
    return call.system.getsockname(socket.fd, name);
  });
}

function getpeername(call: Call): string {
  return nameWith(call, (socket, name) => call.system.getpeername(socket.fd, name));
}

function nameWith(
  call: Call,
  ask: (socket: Descriptor, name: SockaddrStorage) => number,
): string {
  const length = call.intOption("len");
  const socket = call.descriptor(0);
  const name = new SockaddrStorage();
  const result = ask(socket, name);
  if (result < 0) return formatResult(result);
  // System gives the whole address: cutting it, and refusing this length, is a front end's work.
  if (length !== undefined && length < 0) return formatResult(-Errno.EINVAL);
  const shown = length === undefined ? `${call.formatAddress(name, socket)} ` : "";
  return `0 ${shown}len=${name.length}`;
}
