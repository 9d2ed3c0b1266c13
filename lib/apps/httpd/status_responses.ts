/**
 * Responses that say nothing but a status.
 *
 * @module
 */
import { latin1Bytes } from "./characters.ts";
import type { Clock } from "./clock.ts";
import { type Persistence, PreparedResponse } from "./prepared_response.ts";
import { statusPage } from "./status_text.ts";

/** Fields that a status must come with. */
const FIELDS: Readonly<Record<number, string>> = {
  // RFC 9110 section 15.5.6.
  405: "Allow: GET, HEAD\r\n",
};

/** Responses by status, made when they are needed first. */
export class StatusResponses {
  readonly #clock: Clock;
  readonly #made = new Map<number, PreparedResponse>();

  /** Dates them by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The response for a status, with a page that says it. */
  get(status: number, persistence: Persistence): PreparedResponse {
    const key = status * 4 + persistence;
    let response = this.#made.get(key);
    if (response === undefined) {
      const body = latin1Bytes(statusPage(status));
      const fields =
        `Content-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\n` +
        (FIELDS[status] ?? "");
      response = new PreparedResponse({ status, fields, persistence }, this.#clock, body);
      this.#made.set(key, response);
    }
    response.stamp(this.#clock);
    return response;
  }
}
