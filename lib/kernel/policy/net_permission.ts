/**
 * What Deno's net permission says about addresses and names.
 *
 * @module
 */
import type { IpAddress } from "../../ip.ts";
import { HostQuery } from "./permission_query.ts";
import { type PermissionAnswer, permissionState } from "./permissions.ts";

/** Hosts whose answer is remembered. A guest that names more makes them be asked again. */
const MAX_HOSTS = 1024;

/** Asks Deno, and remembers what costs most, until {@linkcode NetPermission.refresh}. */
export class NetPermission {
  readonly #query = new HostQuery();
  readonly #hiddenDenials = new Map<string, boolean>();
  #state: PermissionAnswer = "prompt";

  /** The permission without a host: `granted` means every address and name. */
  get state(): PermissionAnswer {
    return this.#state;
  }

  /** Forgets all answers and asks for the permission without a host. */
  refresh(): void {
    this.#hiddenDenials.clear();
    this.#state = permissionState({ name: "net" });
  }

  /**
   * What Deno would say to a connection or a listener.
   *
   * `querySync` answers by the first rule that matches, those with a port first, then by address.
   * Deno's own calls look at all deny rules once more: with `--allow-net=10.0.0.0/8
   * --deny-net=10.1.0.0/16` the query for 10.1.2.3 says `granted` and `Deno.connect` refuses it. What
   * cannot be seen from here is an allow and a deny rule that both name this very port and of which
   * one is a block.
   *
   * @param ip The address; IPv4-mapped ones unmapped. Deno does not look at zone indices.
   * @param port The port, or null for all of them.
   */
  address(ip: IpAddress, port: number | null): PermissionAnswer {
    if (this.#state === "granted") return "granted";
    const host = hostOf(ip);
    const answer = this.host(port === null ? host : `${host}:${port}`);
    // Where the grant is unscoped there is no allow rule that could come before a deny rule.
    if (answer !== "granted" || this.#state === "partial") return answer;
    const whole = port === null ? answer : this.host(host);
    if (whole === "denied") return "denied";
    return whole === "granted" && this.#isDeniedAll(host) ? "denied" : "granted";
  }

  /**
   * What Deno says about a host in the words of `--allow-net`, by the first rule that matches.
   *
   * @param host `127.0.0.1:80`, `[::1]`, `example.com:443`, `unix:/run/x.sock`, …
   */
  host(host: string): PermissionAnswer {
    return this.#state === "granted" ? "granted" : this.#query.ask(host);
  }

  /** Whether a deny rule for all ports stands behind the allow rule that covers the host. */
  #isDeniedAll(host: string): boolean {
    let denied = this.#hiddenDenials.get(host);
    if (denied === undefined) {
      // Port 0 is what an allow rule for all ports covers too; were it refused for want of a grant,
      // Deno.listen would prompt.
      denied = this.#query.ask(`${host}:0`) !== "granted" || isListenRefused(host);
      if (this.#hiddenDenials.size >= MAX_HOSTS) this.#hiddenDenials.clear();
      this.#hiddenDenials.set(host, denied);
    }
    return denied;
  }
}

/** An address as `--allow-net` has it. */
export function hostOf(ip: IpAddress): string {
  if (ip.family === 4) return ip.toString();
  const text = ip.toString();
  const zone = text.indexOf("%");
  return `[${zone < 0 ? text : text.slice(0, zone)}]`;
}

/**
 * Whether Deno refuses a listener there. Deno.listen is the one synchronous call that looks at all
 * deny rules: a socket on a free port, closed at once, where the address is this host's own; an
 * error about the address, after the rules have been looked at, where it is not.
 */
function isListenRefused(host: string): boolean {
  const hostname = host.startsWith("[") ? host.slice(1, -1) : host;
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
}
