/**
 * What a scenario's names stand for: descriptors, and the ports that they were seen on.
 *
 * @module
 */
import { AT_FDCWD } from "../../lib/linux/fcntl.ts";
import { ScenarioError } from "./scenario.ts";
import { isNumber, parseInt32 } from "./values.ts";

/** A descriptor as the scenario knows it. */
export interface Descriptor {
  /** Its name; empty for a number that the scenario wrote itself. */
  readonly name: string;
  /** The number, also after it was closed. */
  fd: number;
  /** Address family of a socket; −1 for anything else. */
  domain: number;
  /** Type of a socket; 0 for anything else. */
  type: number;
  /** Whether `close` of this name succeeded. */
  closed: boolean;
  /** Sockaddr bytes of its local address when last asked; empty if never. */
  lastAddress: Uint8Array<ArrayBuffer>;
}

/** What is known about a new descriptor beside its number. */
export interface DescriptorKind {
  /** Address family of a socket; −1 for anything else. */
  readonly domain: number;
  /** Type of a socket; 0 for anything else. */
  readonly type: number;
}

/** A descriptor that is no socket. */
export const NO_SOCKET: DescriptorKind = { domain: -1, type: 0 };

/** The names of descriptors. */
export class DescriptorNames {
  #descriptors = new Map<string, Descriptor>();

  /**
   * Gives a name to a descriptor; a name that exists refers to the new one from now on.
   *
   * @param name The name.
   * @param fd The number.
   * @param kind What it is.
   */
  set(name: string, fd: number, kind: DescriptorKind): Descriptor {
    const descriptor = describe(name, fd, kind);
    this.#descriptors.set(name, descriptor);
    return descriptor;
  }

  /**
   * Returns what a word stands for: a name, a literal number or `AT_FDCWD`.
   *
   * @param word The word.
   * @throws {ScenarioError} If it is a name that was never given.
   */
  resolve(word: string): Descriptor {
    if (isNumber(word)) return describe("", parseInt32(word), NO_SOCKET);
    if (word === "AT_FDCWD") return describe("", AT_FDCWD, NO_SOCKET);
    return this.named(word);
  }

  /**
   * Returns the descriptor of a name.
   *
   * @param name The name.
   * @throws {ScenarioError} If it was never given.
   */
  named(name: string): Descriptor {
    const descriptor = this.#descriptors.get(name);
    if (descriptor === undefined) throw new ScenarioError(`unknown descriptor name ${name}`);
    return descriptor;
  }
}

function describe(name: string, fd: number, { domain, type }: DescriptorKind): Descriptor {
  return { name, fd, domain, type, closed: false, lastAddress: new Uint8Array(0) };
}

// Ports below it are the scenario's own choice (or fixed by a standard), so they print as numbers.
const FIRST_UNPRIVILEGED_PORT = 1024;

/** The names of ports: the first descriptor, for each type of socket, that was seen on each. */
export class PortNames {
  #ports: { readonly type: number; readonly port: number; readonly name: string }[] = [];

  /**
   * Remembers who has a port, unless a socket of that type was seen on it before.
   *
   * @param type Type of the socket.
   * @param port The port, in host order.
   * @param name The descriptor's name.
   */
  learn(type: number, port: number, name: string): void {
    const known = this.#ports.some((entry) => entry.type === type && entry.port === port);
    if (!known) this.#ports.push({ type, port, name });
  }

  /**
   * Returns how a port is printed.
   *
   * @param type Type of the socket that has the address; its ports come first.
   * @param port The port, in host order.
   */
  format(type: number, port: number): string {
    if (port === 0) return "0";
    const owner = this.#ports.find((entry) => entry.port === port && entry.type === type) ??
      this.#ports.find((entry) => entry.port === port);
    if (owner !== undefined) return `@${owner.name}`;
    return port < FIRST_UNPRIVILEGED_PORT ? String(port) : "?";
  }
}
