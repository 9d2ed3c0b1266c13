/**
 * The URLs of a server.
 *
 * @module
 */
import { type IpAddress, IPV4_LOOPBACK, SocketAddress } from "../../ip.ts";

/** Milliseconds that finding this machine's own address may take. */
const PATIENCE = 1000;

function urlOf(address: SocketAddress): string {
  return `http://${address}/`;
}

/**
 * A URL for this machine.
 *
 * @param address Where the server listens.
 * @param own The address that stands for all, where it listens on all.
 */
export function localUrl(address: SocketAddress, own: IpAddress = IPV4_LOOPBACK): string {
  const { ip, port } = address;
  return urlOf(ip.isUnspecified ? new SocketAddress(own, port) : address);
}

/** The part of `@std/net` that is used. */
interface StdNet {
  getNetworkAddress(): string | undefined;
}

/**
 * A URL for other machines, where the server listens everywhere.
 *
 * @returns The URL; null where it cannot be told: without `--allow-sys`, or where `@std/net` cannot be
 * loaded, which is a nicety that nothing waits for. Only a person at a terminal has a use for it.
 */
export async function lanUrl({ ip, port }: SocketAddress): Promise<string | null> {
  if (!ip.isUnspecified || !Deno.stderr.isTerminal()) return null;
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" });
  if (state !== "granted") return null;
  // Put together at run time: what stands in an import is fetched at every start.
  const specifier = ["jsr:@std", "net@^1"].join("/");
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<null>((resolve) => timer = setTimeout(resolve, PATIENCE, null));
    const module: StdNet | null = await Promise.race([import(specifier), late]);
    const host = module?.getNetworkAddress();
    return host === undefined ? null : `http://${host}:${port}/`;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
