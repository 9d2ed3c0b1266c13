/**
 * Sockaddr bytes from text, for tests.
 *
 * @module
 */
import { parseSocketAddress } from "../../lib/ip.ts";
import { encodeSockaddr, UnixAddress } from "../../lib/linux/sockaddr.ts";
import { assert } from "@std/assert";

/**
 * Makes sockaddr bytes.
 *
 * @param text `127.0.0.1:80`, `[::1]:80`, `unix:PATH`, `unix:@NAME`, or `unix:` for autobind.
 */
export function sockaddrOf(text: string): Uint8Array<ArrayBuffer> {
  if (text === "unix:") return encodeSockaddr(new UnixAddress("unnamed"));
  if (text.startsWith("unix:@")) return encodeSockaddr(new UnixAddress("abstract", text.slice(6)));
  if (text.startsWith("unix:")) return encodeSockaddr(new UnixAddress("pathname", text.slice(5)));
  const address = parseSocketAddress(text);
  assert(address !== null, text);
  return encodeSockaddr(address);
}
