/**
 * An HTTP/1.1 client over blocking sockets: one request a connection.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { TcpStream } from "../../net/tcp_stream.ts";
import { type BodyFraming, bodyFraming, decodeBody } from "./body.ts";
import { HttpError } from "./error.ts";
import { type HttpUrl, parseHttpUrl } from "./http_url.ts";
import { MessageReader } from "./message_reader.ts";
import { type Field, type Method, requestHead } from "./request_head.ts";
import { readResponseHead, type ResponseHead } from "./response_head.ts";

/** How a request is made. */
export interface RequestOptions {
  /** The system whose sockets are used. */
  readonly system: System;
  /** The method; default GET. */
  readonly method?: Method;
  /** Further header fields. */
  readonly fields?: readonly Field[];
  /** Longest wait in milliseconds, for the connection and for each piece of data; default: none. */
  readonly timeout?: number | undefined;
}

/** Redirects that are followed at most. */
export const MAX_REDIRECTS = 20;

/** Fields that must not follow a redirect to another host. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "host"]);

/** A response whose head has arrived. It holds the connection until it is disposed of. */
export class HttpResponse implements Disposable {
  /** The URL that it answers. */
  readonly url: HttpUrl;
  /** Status, reason, header fields. */
  readonly head: ResponseHead;
  /** Where the body ends. */
  readonly framing: BodyFraming;
  readonly #stream: TcpStream;
  readonly #reader: MessageReader;

  /** Makes a response of a connection whose head has been read. */
  constructor(
    url: HttpUrl,
    head: ResponseHead,
    connection: {
      readonly stream: TcpStream;
      readonly reader: MessageReader;
      readonly framing: BodyFraming;
    },
  ) {
    this.url = url;
    this.head = head;
    this.framing = connection.framing;
    this.#stream = connection.stream;
    this.#reader = connection.reader;
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

  /** Where a redirect leads, RFC 9110 section 15.4; null for any other response. */
  get location(): string | null {
    const redirects = [301, 302, 303, 307, 308].includes(this.head.status);
    const location = redirects ? this.head.headers.get("location") : null;
    // Bytes beyond ASCII are kept as they are, whatever their encoding.
    return location?.replace(
      /[\x80-\xff]/g,
      (character) => `%${character.charCodeAt(0).toString(16)}`,
    ) ?? null;
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#stream.close();
  }
}

/**
 * Sends a request and waits for the response's head.
 *
 * @throws {HttpError} If the response is malformed.
 * @throws {NetError} If the connection fails.
 */
export function sendRequest(url: HttpUrl, options: RequestOptions): HttpResponse {
  const { system, method = "GET", fields = [], timeout } = options;
  const stream = TcpStream.connect(url.address, {
    system,
    ...(timeout === undefined ? {} : { timeout }),
  });
  try {
    if (timeout !== undefined) {
      stream.setReadTimeout(timeout);
      stream.setWriteTimeout(timeout);
    }
    stream.writeAll(requestHead(method, url, fields));
    const reader = new MessageReader(stream);
    const head = readResponseHead(reader);
    const framing = bodyFraming(head, method);
    return new HttpResponse(url, head, { stream, reader, framing });
  } catch (error) {
    stream.close();
    throw error;
  }
}

/**
 * Sends a request and follows redirects. Credentials (`Authorization`, `Cookie`) and a `Host` field
 * stay with the host that they were given for.
 *
 * @throws {HttpError} As {@linkcode sendRequest}; if there are too many redirects, or one does not
 * lead to an `http:` URL.
 * @throws {NetError} If a connection fails.
 */
export function sendRequestFollowing(url: HttpUrl, options: RequestOptions): HttpResponse {
  let response = sendRequest(url, options);
  let fields = options.fields ?? [];
  for (let count = 0; response.location !== null; count++) {
    response[Symbol.dispose]();
    if (count === MAX_REDIRECTS) {
      throw new HttpError(`there are more than ${MAX_REDIRECTS} redirects`);
    }
    const next = redirectTarget(response);
    if (next.origin !== response.url.origin) {
      fields = fields.filter(([name]) => !CREDENTIALS.has(name.toLowerCase()));
    }
    response = sendRequest(next, { ...options, fields });
  }
  return response;
}

function redirectTarget({ location, url }: HttpResponse): HttpUrl {
  try {
    return parseHttpUrl(location ?? "", url);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(`it redirects to ${location}: ${error.message}`);
  }
}
