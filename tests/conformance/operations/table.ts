/**
 * All operations of the scenario language.
 *
 * @module
 */
import type { Operation } from "../call.ts";
import { ADDRESS_OPERATIONS } from "./addresses.ts";
import { BULK_OPERATIONS } from "./bulk.ts";
import { CONTROL_OPERATIONS } from "./control.ts";
import { DESCRIPTOR_OPERATIONS } from "./descriptors.ts";
import { EPOLL_OPERATIONS } from "./epoll.ts";
import { FILE_OPERATIONS } from "./files.ts";
import { HOST_OPERATIONS } from "./host.ts";
import { PATH_OPERATIONS } from "./paths.ts";
import { SOCKET_OPERATIONS } from "./sockets.ts";
import { TRANSFER_OPERATIONS } from "./transfers.ts";
import { WAITING_OPERATIONS } from "./waiting.ts";

/** The operations by name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(Object.entries({
  ...ADDRESS_OPERATIONS,
  ...BULK_OPERATIONS,
  ...CONTROL_OPERATIONS,
  ...DESCRIPTOR_OPERATIONS,
  ...EPOLL_OPERATIONS,
  ...FILE_OPERATIONS,
  ...HOST_OPERATIONS,
  ...PATH_OPERATIONS,
  ...SOCKET_OPERATIONS,
  ...TRANSFER_OPERATIONS,
  ...WAITING_OPERATIONS,
}));
