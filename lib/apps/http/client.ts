/**
 * An HTTP/1.1 client whose calls wait: one request a connection.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { type BodyFraming, bodyFraming, decodeBody } from "./body.ts";
import type { HttpConnection } from "./connection.ts";
import type { HttpUrl } from "./http_url.ts";
import { MessageReader } from "./message_reader.ts";
import { PlainConnection } from "./plain_connection.ts";
import { type Field, type Method, requestHead } from "./request_head.ts";
import { readResponseHead, type ResponseHead } from "./response_head.ts";
import { TimeLimit } from "./time_limit.ts";

/** How a connection is made. */
export type Connect = (system: System, url: HttpUrl, limit: TimeLimit) => HttpConnection;

/** How a request is made. */
export interface RequestOptions {
  /** The system whose sockets are used. */
  readonly system: System;
  /** The method; default GET. */
  readonly method?: Method;
  /** Further header fields. */
  readonly fields?: readonly Field[];
  /** What bounds it; default: nothing. */
  readonly limit?: TimeLimit;
  /** How connections are made; default: over TCP. */
  readonly connect?: Connect;
  /** Is told of each connection once it is made. */
  readonly onConnect?: (url: HttpUrl, connection: HttpConnection) => void;
}

/** A response whose head has arrived. It holds the connection until it is disposed of. */
export class HttpResponse implements Disposable {
  /** The URL that it answers. */
  readonly url: HttpUrl;
  /** Status, reason, header fields. */
  readonly head: ResponseHead;
  /** Where the body ends. */
  readonly framing: BodyFraming;
  readonly #connection: HttpConnection;
  readonly #reader: MessageReader;

  /** Makes a response of a connection whose head has been read. */
  constructor(
    url: HttpUrl,
    head: ResponseHead,
    exchange: {
      readonly connection: HttpConnection;
      readonly reader: MessageReader;
      readonly framing: BodyFraming;
    },
  ) {
    this.url = url;
    this.head = head;
    this.framing = exchange.framing;
    this.#connection = exchange.connection;
    this.#reader = exchange.reader;
  }

  /**
   * The body's bytes as they arrive, in pieces that are valid until the next one is asked for. To be
   * iterated once.
   *
   * @throws {HttpError} If the body is malformed or ends early.
   * @throws {NetError} If the connection fails.
   */
  body(): Generator<Uint8Array<ArrayBuffer>, void> {
    return decodeBody(this.#reader, this.framing);
  }

  /** Status code and reason phrase for people, without control characters. */
  get status(): string {
    return `${this.head.status} ${this.head.reason.replace(/\p{Cc}/gu, "?")}`.trim();
  }

  /** Where a redirect leads, RFC 9110 section 15.4; null for any other response. */
  get location(): string | null {
    const redirects = [300, 301, 302, 303, 307, 308].includes(this.head.status);
    const location = redirects ? this.head.headers.get("location") : null;
    // Bytes beyond ASCII are kept as they are, whatever their encoding.
    return location?.replace(
      /[\x80-\xff]/g,
      (character) => `%${character.charCodeAt(0).toString(16)}`,
    ) ?? null;
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}

/**
 * Sends a request and waits for the response's head.
 *
 * @throws {HttpError} If the response is malformed.
 * @throws {NetError} If the connection fails, or time runs out.
 */
export function sendRequest(url: HttpUrl, options: RequestOptions): HttpResponse {
  const { system, method = "GET", fields = [], limit = new TimeLimit() } = options;
  limit.beginPhase();
  const connection = (options.connect ?? PlainConnection.connect)(system, url, limit);
  try {
    options.onConnect?.(url, connection);
    limit.beginPhase();
    connection.write(requestHead(method, url, fields));
    const reader = new MessageReader(connection);
    const head = readResponseHead(reader);
    const framing = bodyFraming(head, method);
    limit.endPhase();
    return new HttpResponse(url, head, { connection, reader, framing });
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}
