/**
 * The constants that a scenario may name: all of Linux's that the library knows.
 *
 * @module
 */
import * as dirent from "../../lib/linux/dirent.ts";
import * as epoll from "../../lib/linux/epoll.ts";
import * as eventfd from "../../lib/linux/eventfd.ts";
import * as fcntl from "../../lib/linux/fcntl.ts";
import * as inet from "../../lib/linux/in.ts";
import * as ioctl from "../../lib/linux/ioctl.ts";
import * as poll from "../../lib/linux/poll.ts";
import * as resource from "../../lib/linux/resource.ts";
import * as select from "../../lib/linux/select.ts";
import * as socket from "../../lib/linux/socket.ts";
import * as stat from "../../lib/linux/stat.ts";
import * as tcp from "../../lib/linux/tcp.ts";
import * as udp from "../../lib/linux/udp.ts";
import * as uio from "../../lib/linux/uio.ts";

const MODULES: readonly object[] = [
  dirent,
  epoll,
  eventfd,
  fcntl,
  inet,
  ioctl,
  poll,
  resource,
  select,
  socket,
  stat,
  tcp,
  udp,
  uio,
];

// AF_MAX is no part of the ABI: it grows with Linux. glibc 2.36 says 46.
const CONSTANTS: ReadonlyMap<string, number> = new Map([["AF_MAX", 46], ...namesOf(MODULES)]);

/**
 * Returns the value of a constant.
 *
 * @param name Its C name, such as `AF_INET`.
 * @returns The value; undefined if there is no such constant.
 */
export function constant(name: string): number | undefined {
  return CONSTANTS.get(name);
}

function* namesOf(modules: readonly object[]): Generator<[string, number]> {
  for (const module of modules) {
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "number" && /^[A-Z]/.test(name)) yield [name, value];
    }
  }
}
