/**
 * Names in the I/O worker.
 *
 * @module
 */
import type { DnsModule } from "../node_bindings.ts";
import type { WorkerHost } from "./host.ts";

/** See {@link workerResolver}. */
export interface WorkerResolver {
  /** Resolves a name by getaddrinfo; the addresses go to the data area as text. */
  resolve(name: string, family: number): Promise<number> | number;
}

/**
 * Makes the resolver. Self-contained: its source text runs in the worker.
 *
 * @param host What the worker's parts share.
 */
export function workerResolver(host: WorkerHost): WorkerResolver {
  const { scope } = host;

  return { resolve };

  function resolve(name: string, family: number): Promise<number> | number {
    if (!host.granted(name)) return -host.errnoOf("EACCES");
    const dns = scope.process.getBuiltinModule("node:dns") as DnsModule;
    return new Promise((done) => {
      dns.lookup(name, { all: true, family, verbatim: true }, (error, addresses) => {
        if (error === null) {
          return done(host.say(addresses.map((found) => found.address).join(" ")));
        }
        const { code } = error;
        if (code === "EAI_AGAIN" || code === "ETIMEOUT") return done(-host.errnoOf("EAGAIN"));
        if (code === "EPERM" || error instanceof Deno.errors.NotCapable) {
          return done(-host.errnoOf("EACCES"));
        }
        done(-host.errnoOf("ENOENT"));
      });
    });
  }
}
