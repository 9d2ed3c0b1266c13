/**
 * Why a TUN device cannot be had, in words that say what to do.
 *
 * @module
 */
import { Errno, errnoMessage } from "../../linux/errno.ts";

/**
 * Explains the errno of opening a TUN device and bringing it up.
 *
 * @param name The device's name.
 * @param errno The positive errno.
 */
export function explainTunFailure(name: string, errno: number): string {
  const failed = `Cannot open the TUN device ${name}`;
  switch (errno) {
    case Errno.EACCES:
      // A user namespace gives CAP_NET_ADMIN, but no right to files of others.
      return `${failed}: this user may not open /dev/net/tun, so run as root, or have root say: ` +
        "chmod 666 /dev/net/tun";
    case Errno.EPERM:
      return `${failed}: it needs CAP_NET_ADMIN, so run as root or in a namespace of your own: ` +
        "unshare -rn";
    case Errno.EBUSY:
      return `${failed}: another program has it, so name another with --tun=NAME`;
    case Errno.EINVAL:
      return `${failed}: an interface of another kind has the name, or none can have it ` +
        "(15 octets at most, without / and :)";
    case Errno.ENOENT:
    case Errno.ENODEV:
    case Errno.ENXIO:
      return `${failed}: Linux's TUN driver is missing here: modprobe tun`;
    case Errno.EADDRINUSE:
      return `${failed}: this host has --address itself and would answer for it, so give another ` +
        "address of the same network";
    default:
      return `${failed}: ${errnoMessage(errno)}`;
  }
}
