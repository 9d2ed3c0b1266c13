/**
 * Waiting for a socket of `scheduler:core-libs` in wasi:io/poll.
 *
 * @module
 */
import { Awaited, Pollable } from "../wasi_p2/io/poll.ts";
import type { Resource } from "../wasi_p2/resource.ts";
import type { Endpoint, Interest } from "./endpoint.ts";

/** Ready when a transfer would not wait, or the socket is closed. */
export class EndpointPollable extends Pollable {
  readonly #endpoint: Endpoint;
  readonly #interest: Interest;

  /** A pollable of a socket; the child of `parent`, if there is one. */
  constructor(endpoint: Endpoint, interest: Interest, parent: Resource | null = null) {
    super(endpoint.context, parent);
    this.#endpoint = endpoint;
    this.#interest = interest;
  }

  look(): Awaited {
    if (this.#endpoint.closed) return Awaited.nothing;
    this.entry.fd = this.#endpoint.fd;
    this.entry.events = this.#endpoint.eventsOf(this.#interest);
    return Awaited.descriptor;
  }
}
