/**
 * Host names: /etc/hosts, then a name server, by UDP.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../../linux/socket.ts";
import {
  decodeDnsResponse,
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  type DnsResponse,
  encodeDnsQuery,
} from "../../../wire/dns.ts";
import type { UdpPort } from "../udp_host.ts";
import { type EngineContext, sourceFor } from "./context.ts";

const DNS_PORT = 53;
/** resolv.conf(5): how long, and how often. */
const TIMEOUT = 5000;
const ATTEMPTS = 2;
/** Aliases that are followed. */
const MAX_ALIASES = 16;
const NAME_DOES_NOT_EXIST = 3;

/** Names and their addresses, as /etc/hosts has them: hosts(5). */
export type Hosts = ReadonlyMap<string, readonly IpAddress[]>;

/** A lookup. */
export interface Lookup {
  /** What came of it: how many addresses, −ENOENT, −EAGAIN, −ETIMEDOUT; undefined while it goes on. */
  result(): number | undefined;
  /** The addresses. */
  readonly addresses: readonly IpAddress[];
  /** Looks at what has arrived and at the time. */
  turn(now: number): void;
  /** When time alone makes something happen. */
  readonly nextTimer: number;
  /** Gives its port back. */
  close(): void;
}

interface Question {
  readonly type: number;
  readonly id: number;
  answer: DnsResponse | null;
}

/** The addresses that an answer has for a name, through its aliases. */
function addressesFor(name: string, answer: DnsResponse, type: number): IpAddress[] {
  let wanted = name;
  for (let count = 0; count < MAX_ALIASES; count++) {
    const alias = answer.answers.find((record) =>
      record.type === DNS_TYPE_CNAME && record.name === wanted
    );
    if (alias === undefined) break;
    wanted = alias.canonicalName;
  }
  return answer.answers
    .filter((record) => record.type === type && record.name === wanted)
    .map(({ address }) => new IpAddress(address));
}

/** A lookup by DNS: both types at once, again after a time-out. */
class DnsLookup implements Lookup {
  readonly addresses: IpAddress[] = [];
  readonly #context: EngineContext;
  readonly #name: string;
  readonly #port: UdpPort;
  readonly #source: SocketAddress;
  readonly #server: SocketAddress;
  readonly #questions: readonly Question[];
  /** When it may take no longer. */
  readonly #limit: number;
  #attempts = 0;
  #deadline: number;
  #result: number | undefined;

  constructor(
    context: EngineContext,
    name: string,
    types: readonly number[],
    path: { readonly port: UdpPort; readonly server: SocketAddress; readonly limit: number },
  ) {
    this.#context = context;
    this.#name = name.replace(/\.$/, "").toLowerCase();
    this.#port = path.port;
    this.#source = path.port.local;
    this.#server = path.server;
    this.#limit = path.limit;
    const ids = crypto.getRandomValues(new Uint16Array(types.length));
    this.#questions = types.map((type, index) => ({ type, id: ids[index] ?? 0, answer: null }));
    this.#deadline = context.now();
    this.turn(context.now());
  }

  get nextTimer(): number {
    return this.#result === undefined ? Math.min(this.#deadline, this.#limit) : Infinity;
  }

  result(): number | undefined {
    return this.#result;
  }

  turn(now: number): void {
    for (let next = this.#port.receive(); next !== undefined; next = this.#port.receive()) {
      this.#take(next.data);
    }
    if (this.#port.error !== 0) this.#result ??= -Errno.EAGAIN;
    if (this.#questions.every(({ answer }) => answer !== null)) this.#finish();
    if (this.#result === undefined && now >= this.#limit) this.#result = -Errno.ETIMEDOUT;
    if (this.#result !== undefined || now < this.#deadline) return;
    if (this.#attempts === ATTEMPTS) {
      this.#result = -Errno.EAGAIN;
      return;
    }
    this.#attempts += 1;
    this.#deadline = now + TIMEOUT;
    for (const { type, id, answer } of this.#questions) {
      if (answer === null) this.#ask(id, type);
    }
  }

  close(): void {
    this.#context.udp.close(this.#port);
  }

  #ask(id: number, type: number): void {
    const query = encodeDnsQuery(id, this.#name, type);
    if (query === null) this.#result = -Errno.ENOENT;
    else {
      this.#context.udp.send(this.#source, this.#server, query, { limit: this.#context.mtu });
    }
  }

  #take(bytes: Uint8Array): void {
    const response = decodeDnsResponse(bytes);
    const question = this.#questions.find(({ id, type }) =>
      id === response?.id && type === response.questionType
    );
    if (response === null || question === undefined) return;
    if (response.questionName === this.#name) question.answer ??= response;
  }

  #finish(): void {
    let failed = false;
    for (const { answer, type } of this.#questions) {
      if (answer === null) continue;
      this.addresses.push(...addressesFor(this.#name, answer, type));
      // What does not fit into a datagram would come by TCP, which is not asked.
      failed ||= answer.truncated || (answer.code !== 0 && answer.code !== NAME_DOES_NOT_EXIST);
    }
    const none = failed ? -Errno.EAGAIN : -Errno.ENOENT;
    this.#result ??= this.addresses.length > 0 ? this.addresses.length : none;
  }
}

function matches(family: number, address: IpAddress): boolean {
  return family === AF_UNSPEC || family === (address.family === 4 ? AF_INET : AF_INET6);
}

function settled(addresses: readonly IpAddress[], result: number): Lookup {
  return {
    addresses,
    result: () => result,
    turn: () => {},
    nextTimer: Infinity,
    close: () => {},
  };
}

/**
 * Begins to look a name up.
 *
 * @param context The engine.
 * @param sources Names that are known without asking, and where to ask; null for nowhere.
 * @param name The name.
 * @param family AF_INET, AF_INET6, or AF_UNSPEC for both.
 * @param timeout Milliseconds that it may take, negative for no limit but its own of ten seconds.
 */
export function lookUp(
  context: EngineContext,
  { hosts, nameserver }: { readonly hosts: Hosts; readonly nameserver: IpAddress | null },
  name: string,
  family: number,
  timeout: number,
): Lookup {
  const known = (hosts.get(name.replace(/\.$/, "").toLowerCase()) ?? [])
    .filter((address) => matches(family, address));
  if (known.length > 0) return settled(known, known.length);
  if (nameserver === null) return settled([], -Errno.ENOENT);
  const source = sourceFor(context, nameserver);
  if (source === null) return settled([], -Errno.EAGAIN);
  // A port that others cannot guess makes forged answers harder: RFC 5452.
  const taken = (number: number) => {
    const opened = context.udp.open(new SocketAddress(source, number));
    if (typeof opened !== "number") context.udp.close(opened);
    return typeof opened === "number";
  };
  const port = context.udp.open(new SocketAddress(source, context.freePort(taken)));
  if (typeof port === "number") return settled([], -Errno.EAGAIN);
  const server = new SocketAddress(nameserver, DNS_PORT);
  port.remote = server;
  const types = [
    ...(family === AF_INET6 ? [] : [DNS_TYPE_A]),
    ...(family === AF_INET ? [] : [DNS_TYPE_AAAA]),
  ];
  const limit = timeout < 0 ? Infinity : context.now() + timeout;
  return new DnsLookup(context, name, types, { port, server, limit });
}
