/**
 * What `vmsock handshake` does.
 *
 * @module
 */
import { CapturedDevice, PcapWriter } from "../../device/pcap.ts";
import type { Device } from "../../device/device.ts";
import { IPV4_LOOPBACK, parseIpAddress, SocketAddress } from "../../ip.ts";
import { POLLIN } from "../../linux/poll.ts";
import { resolve } from "../../net/resolve.ts";
import { type Libc, openLibc } from "../../stack/libc/libc.ts";
import { LibcUnavailableError } from "../../stack/libc/library.ts";
import { DEFAULT_TCP_SETTINGS } from "../../tcp/mod.ts";
import { formatTcpOptions } from "../../wire/pretty_print.ts";
import { tcpFlagNames } from "../../wire/tcp_flags.ts";
import { CommandError, type Invocation, optionValue, UsageError } from "../command.ts";
import { parseSeconds } from "../duration.ts";
import { hasColor, print } from "../output.ts";
import { type DiagramStyle, drawDiagram, PLAIN } from "./diagram.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { explainFailure } from "./explanation.ts";
import { openPath, type Path } from "./path.ts";

const DEFAULT_TIMEOUT = 5000;

const COLORED: DiagramStyle = {
  state: (text) => `\x1b[1m${text}\x1b[22m`,
  outgoing: (text) => `\x1b[36m${text}\x1b[39m`,
  incoming: (text) => `\x1b[33m${text}\x1b[39m`,
};

function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new UsageError(`a port is a number from 1 to 65535, not ${text}`);
  }
  return port;
}

/** The packets' file; null where none is wanted. */
function openCapture(path: string | undefined): Deno.FsFile | null {
  if (path === undefined) return null;
  // Asked, not tried: opening it would prompt on a terminal.
  if (Deno.permissions.querySync({ name: "write", path }).state !== "granted") {
    throw new CommandError(`Cannot write ${path}: Permission denied, add --allow-write=${path}`);
  }
  try {
    return Deno.openSync(path, { write: true, create: true, truncate: true });
  } catch (error) {
    throw new CommandError(
      `Cannot write ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function captured(device: Device, file: Deno.FsFile | null): Device {
  if (file === null) return device;
  const capture = new PcapWriter((bytes) => {
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  });
  return new CapturedDevice(device, capture, () => performance.timeOrigin + performance.now());
}

function perform(libc: Libc, path: Path, remote: SocketAddress, options: {
  readonly timeout: number;
  readonly file: Deno.FsFile | null;
}): Exchange {
  const pollfd = new Int32Array([path.device.descriptor, POLLIN]);
  return exchange({
    device: captured(path.device, options.file),
    local: path.local,
    remote,
    settings: { ...DEFAULT_TCP_SETTINGS, mtu: path.device.mtu, family: remote.ip.family },
    sharesAddress: path.sharesAddress,
    timeout: options.timeout,
    clock: () => performance.now(),
    wait: (milliseconds) => {
      pollfd[1] = POLLIN;
      libc.poll(pollfd, 1, Math.ceil(milliseconds));
    },
  });
}

/** What passed, for programs. */
function toJson(
  result: Exchange,
  local: SocketAddress,
  remote: SocketAddress,
  failure: string | null,
) {
  return {
    local: `${local}`,
    remote: `${remote}`,
    established: result.established !== null,
    milliseconds: result.established,
    failure,
    segments: result.events.map(({ time, outgoing, segment, state, peerState }) => ({
      milliseconds: time,
      from: outgoing ? "local" : "remote",
      flags: tcpFlagNames(segment.flags).split(", "),
      sequence: segment.sequence,
      acknowledgment: segment.acknowledgment,
      window: segment.window,
      options: formatTcpOptions(segment.options).split(", ").filter((text) => text !== ""),
      data: segment.payload.length,
      localState: state,
      remoteState: peerState,
    })),
  };
}

/** Opens the C library, which there is no way around here. */
function openRawLibc(): Libc {
  try {
    return openLibc();
  } catch (error) {
    if (!(error instanceof LibcUnavailableError && error.permissionMissing)) throw error;
    throw new CommandError("Cannot reach raw sockets and TUN: run again with --allow-ffi");
  }
}

/** Runs `vmsock handshake`. */
export async function runHandshake(invocation: Invocation): Promise<number> {
  const [host, portText, ...more] = invocation.operands;
  if (host === undefined || portText === undefined || more.length > 0) {
    throw new UsageError("handshake needs a host and a port: vmsock handshake example.com 80");
  }
  const port = parsePort(portText);
  const timeoutText = optionValue(invocation, "timeout");
  const timeout = timeoutText === undefined ? DEFAULT_TIMEOUT : parseSeconds(timeoutText);
  using session = await invocation.openSession();
  const libc = openRawLibc();
  try {
    const anyFamily = optionValue(invocation, "via") === "tun" || parseIpAddress(host) !== null;
    const family = anyFamily ? {} : { family: 4 as const };
    const [found] = resolve(host, { system: session.system, ...family });
    if (found === undefined) throw new CommandError(`${host} has no address`);
    // Linux takes 0.0.0.0 for itself.
    const ip = found.isUnspecified && found.family === 4 ? IPV4_LOOPBACK : found;
    const remote = new SocketAddress(ip, port);
    using path = openPath(libc, session.system, remote, invocation);
    const file = openCapture(optionValue(invocation, "pcap"));
    let result: Exchange;
    try {
      result = perform(libc, path, remote, { timeout, file });
    } finally {
      file?.close();
    }
    return report(invocation, result, { local: path.local, remote, timeout });
  } finally {
    libc.release();
  }
}

function report(
  invocation: Invocation,
  result: Exchange,
  { local, remote, timeout }: {
    readonly local: SocketAddress;
    readonly remote: SocketAddress;
    readonly timeout: number;
  },
): number {
  const failure = explainFailure(result, remote, timeout);
  if (invocation.options.has("json")) {
    print("stdout", `${JSON.stringify(toJson(result, local, remote, failure), null, 2)}\n`);
    return failure === null ? 0 : 1;
  }
  const style = hasColor("stdout") ? COLORED : PLAIN;
  print("stdout", drawDiagram(result.events, local, remote, style));
  if (failure !== null) throw new CommandError(failure);
  const milliseconds = (result.established ?? 0).toFixed(2);
  print("stdout", `\n${local} and ${remote} were connected after ${milliseconds} ms.\n`);
  return 0;
}
