/**
 * Operations that make sockets, shut them down, and set their options.
 *
 * @module
 */
import { SO_RCVTIMEO, SOCK_TYPE_MASK, SOL_SOCKET } from "../../../lib/linux/socket.ts";
import { TIMEVAL_SIZE } from "../../../lib/linux/time.ts";
import type { Call, Operation } from "../call.ts";
import { formatResult } from "../format.ts";
import type { DescriptorKind } from "../names.ts";
import { millisecondsBytes, OPTION_ROOM, parseOptionValue } from "../values.ts";
import { defaultOptionLength, formatOption } from "../option_format.ts";

/** The operations of this file by name. */
export const SOCKET_OPERATIONS: Readonly<Record<string, Operation>> = {
  socket,
  socketpair,
  shutdown,
  setsockopt,
  getsockopt,
  timeout,
};

function socket(call: Call): string {
  const fd = call.system.socket(call.int(0), call.int(1), call.int(2));
  return call.descriptorResult(fd, newSocket(call));
}

function socketpair(call: Call): string {
  const fds = new Int32Array(2);
  const result = call.system.socketpair(call.int(0), call.int(1), call.int(2), fds);
  return call.pairResult(result, fds, newSocket(call));
}

function newSocket(call: Call): DescriptorKind {
  return { domain: call.int(0), type: call.int(1) & SOCK_TYPE_MASK };
}

function shutdown(call: Call): string {
  return formatResult(call.system.shutdown(call.fd(0), call.int(1)));
}

function setsockopt(call: Call): string {
  const length = call.intOption("len");
  const value = parseOptionValue(call.word(3));
  const passed = length ?? value.length;
  const [fd, level, name] = [call.fd(0), call.int(1), call.int(2)];
  return formatResult(
    call.raw?.setsockopt(fd, level, name, value, passed) ??
      call.system.setsockopt(fd, level, name, value.base, Math.min(passed, OPTION_ROOM)),
  );
}

function getsockopt(call: Call): string {
  const length = call.intOption("len");
  const show = call.option("show");
  const faults = call.flag("null");
  const level = call.int(1);
  const name = call.int(2);
  // Junk that the call must overwrite.
  const value = new Uint8Array(OPTION_ROOM).fill(0xee);
  const cell = Int32Array.of(
    Math.min(length ?? defaultOptionLength(level, name), value.length),
  );
  const result = call.system.getsockopt(call.fd(0), level, name, faults ? null : value, cell);
  if (result < 0) return formatResult(result);
  return formatOption({ level, name, value: value.subarray(0, cell[0]), show });
}

function timeout(call: Call): string {
  const time = millisecondsBytes(call.number(1));
  return formatResult(
    call.system.setsockopt(call.fd(0), SOL_SOCKET, SO_RCVTIMEO, time, TIMEVAL_SIZE),
  );
}
