/**
 * Getting one document.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import type { HttpResponse } from "../http/client.ts";
import { clip, HttpError } from "../http/error.ts";
import type { HttpUrl, Scheme } from "../http/http_url.ts";
import { PlainConnection } from "../http/plain_connection.ts";
import { type FollowOptions, sendRequestFollowing } from "../http/redirects.ts";
import type { Field } from "../http/request_head.ts";
import type { TimeLimit } from "../http/time_limit.ts";
import { TlsConnection } from "../http/tls_connection.ts";
import { type BodyPlan, planBody, tooLong } from "./body_plan.ts";
import type { Destination } from "./destination.ts";
import { DownloadError, ExitStatus } from "./exit_status.ts";
import type { Report } from "./report.ts";
import { formatSize, formatSpeed } from "./size.ts";

/** The schemes that there are. */
export const SCHEMES: readonly Scheme[] = ["http", "https"];

/** Bodies are saved as they are: a coding that was applied would have to be undone. */
const IDENTITY: Field = ["Accept-Encoding", "identity"];

/** What a download needs. */
export interface DownloadOptions {
  /** The system whose sockets are used, but for https. */
  readonly system: System;
  /** Where it goes. */
  readonly destination: Destination;
  /** Header fields of the caller's. */
  readonly fields: readonly Field[];
  /** Prints what is being done. */
  readonly report: Report;
}

/** A document that is being got, perhaps in several attempts. */
export class Download {
  /** The URL. */
  readonly url: HttpUrl;
  readonly #options: DownloadOptions;
  #saved = 0;
  #received = 0;
  /** By what the server knows the version that bytes were received of; null where it does not say. */
  #version: string | null = null;
  #hasChanged = false;

  /** Prepares a download; nothing is asked for yet. */
  constructor(url: HttpUrl, options: DownloadOptions) {
    this.url = url;
    this.#options = options;
  }

  /** How many bytes of the document have been saved, those included that were there before. */
  get saved(): number {
    return this.#saved;
  }

  /** How many bytes were saved by this download. */
  get received(): number {
    return this.#received;
  }

  /** Whether the server has another version by now than the one that bytes were received of. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /**
   * Gets what is missing of the document.
   *
   * @param limit How long it may take.
   * @throws {HttpError} If the URL leads nowhere, or the response is malformed or ends early.
   * @throws {NetError} If a connection fails, or time runs out.
   * @throws {TlsError} If TLS cannot be agreed on.
   * @throws {DownloadError} If the server refuses, or the file cannot be written.
   * @throws {ReaderGoneError} If nobody reads standard output any more.
   */
  attempt(limit: TimeLimit): void {
    const { destination, report, fields } = this.#options;
    if (this.#saved === 0) this.#saved = destination.resume();
    using response = sendRequestFollowing(this.url, this.#requestOptions(limit));
    const plan = planBody(response, this.#saved, hasField(fields, "range"));
    this.#checkVersion(response);
    report.line(describeResponse(response));
    if (plan.complete) return this.#reportComplete();
    if (response.head.status === 204 && destination.isNamedByUrl) {
      report.line("There is nothing to be saved");
      return;
    }
    this.#save(response, plan);
  }

  #reportComplete(): void {
    const { destination, report } = this.#options;
    report.line(`${destination.path} has all ${this.#saved} bytes already`);
  }

  /** Refuses to go on with a part of another version, as far as the server tells versions apart. */
  #checkVersion({ head: { headers, status } }: HttpResponse): void {
    const version = status === 416 ? null : headers.get("etag") ?? headers.get("last-modified");
    this.#hasChanged = this.#received > 0 && this.#version !== null && version !== null &&
      version !== this.#version;
    if (this.#hasChanged) {
      throw new DownloadError("the document has changed in the meantime", ExitStatus.generic);
    }
    this.#version = version ?? this.#version;
  }

  #requestOptions(limit: TimeLimit): FollowOptions {
    const { system, fields, report } = this.#options;
    const identity = hasField(fields, "accept-encoding") ? [] : [IDENTITY];
    const range: Field[] = this.#saved === 0 ? [] : [["Range", `bytes=${this.#saved}-`]];
    return {
      system,
      limit,
      schemes: SCHEMES,
      fields: [...identity, ...fields, ...range],
      connect: (system, url, limit) =>
        url.scheme === "https"
          ? TlsConnection.connect(system, url, limit)
          : PlainConnection.connect(system, url, limit),
      onRedirect: ({ status }, next) => report.line(`${status}: redirected to ${clip(next.href)}`),
      onConnect: ({ address }, { peer }) =>
        report.line(`Connected to ${address}${peer === address ? "" : ` (${peer})`}`),
    };
  }

  #save(response: HttpResponse, { skip, size }: BodyPlan): void {
    const { destination, report } = this.#options;
    const before = this.#saved;
    let unwanted = skip;
    let hasBegun = false;
    let elapsed = 0;
    const begin = () => {
      hasBegun = true;
      destination.open();
      report.line(
        before === 0
          ? `Saving to ${destination.path}`
          : `Going on with ${destination.path} after ${before} bytes`,
      );
      report.start(before, size);
    };
    if (skip > 0) report.line(`The server sends everything again: ${skip} bytes are skipped`);
    try {
      for (const piece of response.body()) {
        const wanted = piece.subarray(Math.min(unwanted, piece.byteLength));
        unwanted -= piece.byteLength - wanted.byteLength;
        if (wanted.byteLength === 0) continue;
        if (this.#saved + wanted.byteLength > (size ?? Infinity)) {
          throw new HttpError(`the server sends more than the ${size} bytes that it has`);
        }
        if (!hasBegun) begin();
        destination.write(wanted);
        this.#saved += wanted.byteLength;
        this.#received += wanted.byteLength;
        report.advance(this.#saved);
      }
      if (unwanted > 0) throw tooLong(before, before - unwanted);
      if (skip > 0 && !hasBegun) return this.#reportComplete();
      if (!hasBegun) begin();
    } finally {
      if (hasBegun) elapsed = report.finish(this.#saved);
    }
    if (this.#saved < (size ?? 0)) {
      throw new HttpError(`the server sent only ${this.#saved} of ${size} bytes`, "truncated");
    }
    const speed = formatSpeed(this.#saved - before, elapsed);
    report.line(
      `Saved ${this.#saved} bytes (${formatSize(this.#saved)}, ${speed}) to ${destination.path}`,
    );
  }
}

/** Whether the caller sends a field, named in lower case. */
export function hasField(fields: readonly Field[], wanted: string): boolean {
  return fields.some(([name]) => name.toLowerCase() === wanted);
}

function describeResponse({ head, framing, status }: HttpResponse): string {
  const parts = [status];
  if (framing.kind === "length") parts.push(`${framing.length} bytes`);
  const type = head.headers.get("content-type");
  if (type !== null) parts.push(clip(type));
  return `Answer: ${parts.join(", ")}`;
}
