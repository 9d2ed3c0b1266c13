/**
 * Responses that are made once and sent many times.
 *
 * @module
 */
import { latin1Bytes } from "./characters.ts";
import type { Clock } from "./clock.ts";
import { REASONS } from "./status_text.ts";

/** What the response says about the connection: an index into tables of responses. */
export const Persistence = {
  /** It stays, as it does in HTTP/1.1 where nothing is said. */
  stays: 0,
  /** It ends with this response. */
  closes: 1,
  /** It stays, which a client of HTTP/1.0 has to be told. */
  staysByWish: 2,
} as const;

/** One of the values of {@linkcode Persistence}. */
export type Persistence = (typeof Persistence)[keyof typeof Persistence];

const CONNECTION_LINES = ["", "Connection: close\r\n", "Connection: keep-alive\r\n"] as const;

/** What a response's head is made of. */
export interface HeadParts {
  /** The status code. */
  readonly status: number;
  /** Lines of fields, each with its end, beside those that every response has. */
  readonly fields: string;
  /** What is said about the connection. */
  readonly persistence: Persistence;
}

function lineOf(status: number): string {
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\nDate: `;
}

/** A response's head as text, Latin-1. */
export function responseHead({ status, fields, persistence }: HeadParts, clock: Clock): string {
  const connection = CONNECTION_LINES[persistence];
  return `${lineOf(status)}${clock.date}\r\nServer: vmsock\r\n${fields}${connection}\r\n`;
}

/** A response with its date at a known place. */
export class PreparedResponse {
  /** The status code. */
  readonly status: number;
  /** The head, and the body as far as it is kept. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the head. */
  readonly headLength: number;
  readonly #dateOffset: number;
  #second: number;

  /** Makes a response of its parts and of the body that is kept with it. */
  constructor(parts: HeadParts, clock: Clock, body: Uint8Array = new Uint8Array(0)) {
    const head = latin1Bytes(responseHead(parts, clock));
    this.status = parts.status;
    this.headLength = head.length;
    this.bytes = new Uint8Array(head.length + body.length);
    this.bytes.set(head);
    this.bytes.set(body, head.length);
    this.#dateOffset = lineOf(parts.status).length;
    this.#second = clock.second;
  }

  /** Sets the date. */
  stamp(clock: Clock): void {
    if (this.#second === clock.second) return;
    this.#second = clock.second;
    this.bytes.set(clock.dateBytes, this.#dateOffset);
  }
}
