/**
 * What the connections of one thread share.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import type { AccessLog } from "./access_log.ts";
import type { Clock } from "./clock.ts";
import type { FileCache } from "./file_cache.ts";
import type { Readiness } from "./readiness.ts";
import { Reply } from "./reply.ts";
import { Request } from "./request.ts";
import type { Responder } from "./responder.ts";
import { RECEIVE_SIZE, SEND_SIZE } from "./limits.ts";
import type { StatusResponses } from "./status_responses.ts";

/** What a service is made of. */
export interface ServiceParts {
  /** The system whose sockets and files are used. */
  readonly system: System;
  /** The time. */
  readonly clock: Clock;
  /** Waits for the sockets. */
  readonly readiness: Readiness;
  /** Files that are open. */
  readonly cache: FileCache;
  /** Chooses responses. */
  readonly responder: Responder;
  /** Responses without a file. */
  readonly statuses: StatusResponses;
  /** The log, or null. */
  readonly log: AccessLog | null;
  /** Milliseconds that a client may take for each thing that it does. */
  readonly timeout: number;
}

/** Responses that are gathered, to be sent by one call. */
export class Gathered {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SEND_SIZE);
  /** How many there are. */
  length = 0;

  /** Adds bytes; false where there is no room for them. */
  add(bytes: Uint8Array, length: number): boolean {
    if (this.length + length > SEND_SIZE) return false;
    this.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.length);
    this.length += length;
    return true;
  }
}

/**
 * What the connections of one thread share. One at a time uses the buffers, and leaves nothing in
 * them.
 */
export class Service {
  readonly system: System;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly cache: FileCache;
  readonly responder: Responder;
  readonly statuses: StatusResponses;
  readonly log: AccessLog | null;
  readonly timeout: number;
  /** What a connection receives into. */
  readonly received: Uint8Array<ArrayBuffer> = new Uint8Array(RECEIVE_SIZE);
  /** What a connection gathers its responses in. */
  readonly gathered: Gathered = new Gathered();
  /** The request that is being answered. */
  readonly request: Request = new Request();
  /** Its response. */
  readonly reply: Reply = new Reply();
  /** Whether no connection is to go on after its response. */
  isStopping = false;

  /** Makes a service of its parts. */
  constructor(parts: ServiceParts) {
    this.system = parts.system;
    this.clock = parts.clock;
    this.readiness = parts.readiness;
    this.cache = parts.cache;
    this.responder = parts.responder;
    this.statuses = parts.statuses;
    this.log = parts.log;
    this.timeout = parts.timeout;
  }
}
