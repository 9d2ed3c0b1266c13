/**
 * System calls as plain functions over this thread's own system, under the names of the akuma API.
 *
 * @module
 */
export { fstat, lseek, open, type OpenOptions, readFd, writeFd } from "./files.ts";
export { resolveHost } from "./resolve_host.ts";
export {
  accept,
  type AcceptOptions,
  bind,
  close,
  connect,
  listen,
  recv,
  send,
  shutdown,
  socket,
} from "./sockets.ts";
