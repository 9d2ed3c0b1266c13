/**
 * resolve_host: a call that Linux does not have.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { AF_INET } from "../../../linux/socket.ts";
import { type CallContext, hex } from "../call_context.ts";

/** Longest host name in text, RFC 1035 section 2.3.4, with a final dot. */
const MAX_NAME_LENGTH = 254;

/** Where the octets are in `struct sockaddr_in`. */
const ADDRESS_OFFSET = 4;

/**
 * `resolve_host(name, length, result)`: the first IPv4 address of a host.
 *
 * @param c The thread.
 * @param address Where the name begins, UTF-8.
 * @param length Its bytes.
 * @param resultAddress Receives four octets in network order.
 * @returns 0; −EINVAL for a null pointer, no name, or one that is not UTF-8; −EFAULT; −ENOENT if there
 * is no address to be had; −EACCES if the policy refuses the name.
 */
export function resolveHost(
  c: CallContext,
  address: number,
  length: number,
  resultAddress: number,
): number {
  const { memory, system } = c;
  const refuse = (errno: number): number =>
    c.answer("resolve_host", errno, hex(address), String(length), hex(resultAddress));
  if (address === 0 || resultAddress === 0 || length === 0) return refuse(-Errno.EINVAL);
  const isInside = length > 0 && memory.available(address) >= length &&
    memory.bytes(resultAddress, 4) !== null;
  if (!isInside) return refuse(-Errno.EFAULT);
  if (length > MAX_NAME_LENGTH) return refuse(-Errno.ENOENT);
  const name = memory.text(address, length);
  if (typeof name === "number") return refuse(-Errno.EINVAL);
  const found: Uint8Array<ArrayBuffer>[] = [];
  const count = system.resolve(name, AF_INET, found);
  const [first] = found;
  if (count < 0 || first === undefined) {
    return count === -Errno.EACCES ? count : refuse(-Errno.ENOENT);
  }
  memory.copyOut(resultAddress, first.subarray(ADDRESS_OFFSET, ADDRESS_OFFSET + 4));
  return 0;
}
