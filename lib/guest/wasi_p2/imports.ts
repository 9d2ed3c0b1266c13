/**
 * The interfaces of WASI 0.2 by name, as a component imports them.
 *
 * @module
 */
import type { HostInterface } from "../../component/mod.ts";
import * as monotonicClock from "./clocks/monotonic_clock.ts";
import * as wallClock from "./clocks/wall_clock.ts";
import { exit, exitWithCode } from "./cli/environment.ts";
import { StdinStream, StdoutStream } from "./cli/stdio.ts";
import { TerminalInput, TerminalOutput } from "./cli/terminal.ts";
import type { WasiContext } from "./context.ts";
import { Descriptor } from "./filesystem/descriptor.ts";
import { DirectoryEntryStream } from "./filesystem/directory_entries.ts";
import { filesystemErrorCode } from "./filesystem/error_code.ts";
import type { Preopens } from "./filesystem/preopens.ts";
import { IoError } from "./io/error.ts";
import { poll, Pollable } from "./io/poll.ts";
import { InputStream, OutputStream } from "./io/streams.ts";
import { getRandomBytes, getRandomU64, insecureSeed } from "./random/random.ts";
import { resolveAddresses, ResolveAddressStream } from "./sockets/ip_name_lookup.ts";
import { type IpAddressFamily, Network, networkErrorCode } from "./sockets/network.ts";
import { TcpSocket } from "./sockets/tcp.ts";
import { UdpSocket } from "./sockets/udp.ts";
import { IncomingDatagramStream, OutgoingDatagramStream } from "./sockets/udp_streams.ts";

/** Interfaces by name, without versions. */
export type Interfaces = Readonly<Record<string, HostInterface>>;

/** wasi:io. */
export function ioInterfaces(context: WasiContext): Interfaces {
  return {
    "wasi:io/error": { Error: IoError },
    "wasi:io/poll": {
      Pollable,
      poll: (pollables: readonly Pollable[]) => poll(context, pollables),
    },
    "wasi:io/streams": { InputStream, OutputStream },
  };
}

/** wasi:clocks. */
export function clockInterfaces(context: WasiContext): Interfaces {
  const { now, resolution, subscribeDuration, subscribeInstant } = monotonicClock;
  return {
    "wasi:clocks/monotonic-clock": {
      now,
      resolution,
      subscribeInstant: (when: bigint) => subscribeInstant(context, when),
      subscribeDuration: (duration: bigint) => subscribeDuration(context, duration),
    },
    "wasi:clocks/wall-clock": { now: wallClock.now, resolution: wallClock.resolution },
  };
}

/** wasi:sockets. */
export function socketInterfaces(context: WasiContext): Interfaces {
  return {
    "wasi:sockets/network": { Network, networkErrorCode },
    "wasi:sockets/instance-network": { instanceNetwork: () => new Network() },
    "wasi:sockets/tcp": { TcpSocket },
    "wasi:sockets/tcp-create-socket": {
      createTcpSocket: (family: IpAddressFamily) => TcpSocket.create(context, family),
    },
    "wasi:sockets/udp": { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    "wasi:sockets/udp-create-socket": {
      createUdpSocket: (family: IpAddressFamily) => UdpSocket.create(context, family),
    },
    "wasi:sockets/ip-name-lookup": {
      ResolveAddressStream,
      resolveAddresses: (network: Network, name: string) =>
        resolveAddresses(context, network, name),
    },
  };
}

/** wasi:random. */
export function randomInterfaces(): Interfaces {
  return {
    "wasi:random/random": { getRandomBytes, getRandomU64 },
    "wasi:random/insecure": {
      getInsecureRandomBytes: getRandomBytes,
      getInsecureRandomU64: getRandomU64,
    },
    "wasi:random/insecure-seed": { insecureSeed },
  };
}

/** wasi:filesystem. */
export function filesystemInterfaces(context: WasiContext, preopens: Preopens): Interfaces {
  return {
    "wasi:filesystem/types": { Descriptor, DirectoryEntryStream, filesystemErrorCode },
    "wasi:filesystem/preopens": { getDirectories: () => preopens.getDirectories(context) },
  };
}

/** What a command is told about its surroundings. */
export interface CommandOptions {
  /** Its name and arguments. */
  readonly args: readonly string[];
  /** Its environment: names and values. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** Which of its standard descriptors are terminals. */
  readonly terminals: Readonly<Record<"stdin" | "stdout" | "stderr", boolean>>;
}

/** wasi:cli. */
export function cliInterfaces(context: WasiContext, options: CommandOptions): Interfaces {
  const { args, environment, terminals } = options;
  const output = (is: boolean) => is ? new TerminalOutput() : undefined;
  return {
    "wasi:cli/environment": {
      getArguments: () => args,
      getEnvironment: () => environment,
      initialCwd: () => undefined,
    },
    "wasi:cli/exit": { exit, exitWithCode },
    "wasi:cli/stdin": { getStdin: () => new StdinStream(context) },
    "wasi:cli/stdout": { getStdout: () => new StdoutStream(context, 1) },
    "wasi:cli/stderr": { getStderr: () => new StdoutStream(context, 2) },
    "wasi:cli/terminal-input": { TerminalInput },
    "wasi:cli/terminal-output": { TerminalOutput },
    "wasi:cli/terminal-stdin": {
      getTerminalStdin: () => terminals.stdin ? new TerminalInput() : undefined,
    },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => output(terminals.stdout) },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => output(terminals.stderr) },
  };
}
