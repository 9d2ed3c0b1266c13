/**
 * The options of `vmsock httpd`.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../../ip.ts";
import { isHostName } from "../../net/host_port.ts";
import { optionValue, type ParsedArguments, UsageError } from "../command.ts";
import { parseSeconds } from "../duration.ts";

/** Threads at most. */
const MAX_WORKERS = 64;

/** Connections of one thread at most: the hard limit of a guest's descriptors is near. */
const MAX_CONNECTIONS = 3500;

/** What was asked for. */
export interface HttpdOptions {
  /** The folder. */
  readonly root: string;
  /** The host, as it was given. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** How many threads serve. */
  readonly workers: number;
  /** Whether directories without an index are listed. */
  readonly lists: boolean;
  /** Whether requests are logged. */
  readonly logs: boolean;
  /** Milliseconds that a client may take for each thing that it does. */
  readonly timeout: number;
  /** Connections of each worker at once. */
  readonly maxConnections: number;
}

function parseNumber(
  parsed: ParsedArguments,
  name: string,
  { least, most, fallback }: {
    readonly least: number;
    readonly most: number;
    readonly fallback: number;
  },
): number {
  const text = optionValue(parsed, name);
  if (text === undefined) return fallback;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `--${name} takes a number from ${least} to ${most}, such as --${name}=${fallback}, not ${text}`,
  );
}

function parseHost(text: string): string {
  // Brackets are for URLs; who writes them means the address.
  const host = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  if (parseIpAddress(host) !== null || isHostName(host)) return host;
  throw new UsageError(
    `--host takes an address or a name, such as --host=127.0.0.1, not ${JSON.stringify(text)}`,
  );
}

/**
 * Parses the options.
 *
 * @throws {UsageError} If one is malformed, or something else was given.
 */
export function parseHttpdOptions(parsed: ParsedArguments): HttpdOptions {
  const [operand] = parsed.operands;
  if (operand !== undefined) {
    throw new UsageError(`httpd takes options only: vmsock httpd --root=${operand}`);
  }
  const timeout = optionValue(parsed, "timeout");
  return {
    root: optionValue(parsed, "root") ?? "./public",
    host: parseHost(optionValue(parsed, "host") ?? "0.0.0.0"),
    port: parseNumber(parsed, "port", { least: 0, most: 65535, fallback: 8080 }),
    workers: parseNumber(parsed, "workers", { least: 1, most: MAX_WORKERS, fallback: 1 }),
    lists: parsed.options.has("list"),
    logs: parsed.options.has("log"),
    timeout: timeout === undefined ? 20_000 : parseSeconds(timeout),
    maxConnections: parseNumber(parsed, "connections", {
      least: 1,
      most: MAX_CONNECTIONS,
      fallback: 1000,
    }),
  };
}

/** Where to listen: an address, or a name with the port. */
export function listenAddress({ host, port }: HttpdOptions): string | SocketAddress {
  const ip = parseIpAddress(host);
  return ip === null ? `${host}:${port}` : new SocketAddress(ip, port);
}
