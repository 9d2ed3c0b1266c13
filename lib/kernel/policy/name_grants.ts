/**
 * Which host names a guest may resolve, and for which ports their addresses are granted.
 *
 * @module
 */
import type { NetPermission } from "./net_permission.ts";

/** Names whose answer is remembered. */
const MAX_NAMES = 1024;

/** Names that are asked for with every port there is, until permissions change. */
const MAX_SCANS = 32;

// The ports that grants name most, asked for first.
const COMMON_PORTS = [80, 443, 8080, 8443, 8000, 3000, 53, 22, 25, 5432, 3306, 6379];

/**
 * Deno's grants of names.
 *
 * `--allow-net=name:port` lets a program connect to the name, so it has to be allowed to resolve it,
 * but Deno can only be asked for a name with one port at a time, and nothing in an answer tells whether
 * there is a grant at all. So a name without a port of its own is asked for with each port once: 65,536
 * questions, 0.1 s, for at most 32 names. Names after these are asked for with the common ports only.
 */
export class NameGrants {
  readonly #net: Pick<NetPermission, "state" | "host">;
  readonly #resolvable = new Map<string, boolean>();
  #scans = 0;

  /**
   * Makes the grants.
   *
   * @param net Where to ask.
   */
  constructor(net: Pick<NetPermission, "state" | "host">) {
    this.#net = net;
  }

  /** Forgets all answers. */
  refresh(): void {
    this.#resolvable.clear();
    this.#scans = 0;
  }

  /**
   * Whether the name itself or any port of it is granted, and the name as a whole not denied.
   *
   * @param name The name, normalized.
   */
  isResolvable(name: string): boolean {
    const known = this.#resolvable.get(name);
    if (known !== undefined) return known;
    const answer = this.#net.host(name);
    const resolvable = answer === "granted" || (answer === "prompt" && this.#hasPort(name));
    // The count of scans stands for the whole generation: a full table must not buy new ones.
    if (this.#resolvable.size >= MAX_NAMES) this.#resolvable.clear();
    this.#resolvable.set(name, resolvable);
    return resolvable;
  }

  /**
   * Whether the addresses of a name are granted for a port.
   *
   * @param name The name, normalized.
   * @param port The port, or null for all of them.
   */
  covers(name: string, port: number | null): boolean {
    if (this.#net.state === "granted") return true;
    const whole = this.#net.host(name);
    if (whole === "denied" || port === null) return whole === "granted";
    return this.#net.host(`${name}:${port}`) === "granted";
  }

  /**
   * Whether a name is denied for a port, and with it the addresses that it led to.
   *
   * @param name The name, normalized.
   * @param port The port, or null where it is not known.
   */
  denies(name: string, port: number | null): boolean {
    return port !== null && this.#net.host(`${name}:${port}`) === "denied";
  }

  #hasPort(name: string): boolean {
    const granted = (port: number) => this.#net.host(`${name}:${port}`) === "granted";
    if (COMMON_PORTS.some(granted)) return true;
    if (this.#scans >= MAX_SCANS) return false;
    this.#scans++;
    for (let port = 0; port <= 65535; port++) {
      if (granted(port)) return true;
    }
    return false;
  }
}
