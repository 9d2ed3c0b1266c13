/**
 * Chooses the response to a request.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { FileStatus } from "../../linux/stat.ts";
import { latin1Bytes } from "./characters.ts";
import type { Clock } from "./clock.ts";
import { allowsRange, evaluateConditions } from "./conditions.ts";
import { type DocumentRoot, isDirectory, isRegular } from "./document_root.ts";
import type { FileCache } from "./file_cache.ts";
import { listingPage, listNames } from "./listing.ts";
import { contentType } from "./mime.ts";
import { MultipartBody } from "./multipart.ts";
import { Persistence, responseHead } from "./prepared_response.ts";
import { parseRanges } from "./ranges.ts";
import type { Reply } from "./reply.ts";
import { Method, type Request } from "./request.ts";
import { decodePath, encodeName, type RequestPath } from "./request_path.ts";
import { ServedFile } from "./served_file.ts";
import type { StatusResponses } from "./status_responses.ts";

/** The file that stands for its directory. */
const INDEX = "index.html";

const ROOT_PATH = latin1Bytes("/");

/** What a responder works with. */
export interface ResponderOptions {
  /** The system that files are read by. */
  readonly system: System;
  /** The time. */
  readonly clock: Clock;
  /** Where the files are. */
  readonly root: DocumentRoot;
  /** Files that are open. */
  readonly cache: FileCache;
  /** Responses without a file. */
  readonly statuses: StatusResponses;
  /** Whether directories without an index are listed. */
  readonly lists: boolean;
}

/** Where a file was found. */
interface FoundPlace {
  readonly target: Uint8Array;
  readonly names: readonly string[];
  /** The number of the look-up. */
  readonly lookUp: number;
}

/** The status for a file that could not be had. */
function statusOf(errno: number): number {
  switch (-errno) {
    case Errno.ENOENT:
    case Errno.ENOTDIR:
    case Errno.ENAMETOOLONG:
    case Errno.ELOOP:
    case Errno.EINVAL:
    case Errno.EILSEQ:
    case Errno.ENXIO:
      return 404;
    case Errno.EACCES:
    case Errno.EPERM:
      return 403;
    case Errno.EMFILE:
    case Errno.ENFILE:
    case Errno.ENOMEM:
      return 503;
    default:
      return 500;
  }
}

/** What the response to a request says about the connection. */
function persistenceOf(request: Request): Persistence {
  if (!request.keepsAlive) return Persistence.closes;
  return request.minorVersion > 0 ? Persistence.stays : Persistence.staysByWish;
}

/** Chooses responses. */
export class Responder {
  readonly #system: System;
  readonly #clock: Clock;
  readonly #root: DocumentRoot;
  readonly #cache: FileCache;
  readonly #statuses: StatusResponses;
  readonly #lists: boolean;
  readonly #status = new FileStatus();
  readonly #visited = new Set<string>();

  /** Answers with the files of `options.root`. */
  constructor(options: ResponderOptions) {
    this.#system = options.system;
    this.#clock = options.clock;
    this.#root = options.root;
    this.#cache = options.cache;
    this.#statuses = options.statuses;
    this.#lists = options.lists;
  }

  /** Chooses the response to a request whose head is well-formed. */
  respond(request: Request, reply: Reply): void {
    const persistence = persistenceOf(request);
    const { method } = request;
    if (method !== Method.get && method !== Method.head) {
      reply.set(this.#statuses.get(method === Method.known ? 405 : 501, persistence), false);
      return;
    }
    const isEmpty = request.pathStart === request.pathEnd;
    const bytes = isEmpty ? ROOT_PATH : request.bytes;
    const start = isEmpty ? 0 : request.pathStart;
    const end = isEmpty ? ROOT_PATH.length : request.pathEnd;
    const file = this.#cache.find(bytes, start, end);
    if (file !== null) this.#replyFile(request, reply, file, persistence);
    else this.#lookUp(request, reply, bytes.subarray(start, end), persistence);
  }

  #replyFile(request: Request, reply: Reply, file: ServedFile, persistence: Persistence): void {
    const isHead = request.method === Method.head;
    if (request.isConditional) {
      const status = evaluateConditions(request, file);
      if (status === 304) return reply.set(file.unmodified(persistence, this.#clock), isHead);
      if (status === 412) return reply.set(this.#statuses.get(412, persistence), isHead);
      if (
        request.range !== null && !isHead && allowsRange(request.ifRange, file, this.#clock.now) &&
        this.#replyRanges(request.range, reply, file, persistence)
      ) return;
    }
    const response = file.whole(persistence, this.#system, this.#clock);
    reply.set(response, isHead);
    const isInMemory = response.bytes.length - response.headLength === file.size;
    if (!isHead && !isInMemory) reply.addFile(file, 0, file.size);
  }

  /** Answers with ranges; false where the whole file is to be sent. */
  #replyRanges(value: string, reply: Reply, file: ServedFile, persistence: Persistence): boolean {
    const ranges = parseRanges(value, file.size);
    if (ranges === null) return false;
    const [first] = ranges;
    if (first === undefined) {
      const fields = `Content-Range: bytes */${file.size}\r\nContent-Length: 0\r\n`;
      this.#replyHead(reply, 416, fields, persistence);
    } else if (ranges.length === 1) {
      const { start, end } = first;
      const fields =
        `Content-Type: ${file.place.contentType}\r\nContent-Length: ${end - start}\r\n` +
        `Content-Range: bytes ${start}-${end - 1}/${file.size}\r\n${file.rangeFields()}`;
      this.#replyHead(reply, 206, fields, persistence);
      reply.addFile(file, start, end);
    } else {
      const parts = new MultipartBody(file, ranges);
      const fields = `Content-Type: ${parts.contentType}\r\nContent-Length: ${parts.length}\r\n` +
        file.rangeFields();
      this.#replyHead(reply, 206, fields, persistence);
      reply.addParts(parts);
    }
    return true;
  }

  #replyHead(reply: Reply, status: number, fields: string, persistence: Persistence): void {
    const head = latin1Bytes(responseHead({ status, fields, persistence }, this.#clock));
    reply.setBytes(status, head, head.length, false);
  }

  #replyStatus(request: Request, reply: Reply, status: number, persistence: Persistence): void {
    reply.set(this.#statuses.get(status, persistence), request.method === Method.head);
  }

  #lookUp(request: Request, reply: Reply, target: Uint8Array, persistence: Persistence): void {
    const path = decodePath(target, 0, target.length);
    const status = typeof path === "number"
      ? path
      : this.#replyPath(request, reply, path, target, persistence);
    if (status !== 0) this.#replyStatus(request, reply, status, persistence);
  }

  /** Answers with what is at a path: 0, or a status to answer with. */
  #replyPath(
    request: Request,
    reply: Reply,
    path: RequestPath,
    target: Uint8Array,
    persistence: Persistence,
  ): number {
    const { names } = path;
    const status = this.#status;
    const lookUp = this.#cache.beginLookUp();
    const found = this.#root.find(names, status, this.#visited);
    if (typeof found === "number") return statusOf(found);
    if (!isDirectory(status)) {
      if (path.isDirectory) return 404;
      return this.#open(request, reply, found, { target, names, lookUp }, persistence);
    }
    if (!path.isDirectory) {
      this.#replyRedirect(request, reply, names, persistence);
      return 0;
    }
    const index = this.#root.find([...names, INDEX], status, this.#visited);
    if (typeof index === "string" && !isDirectory(status)) {
      const place = { target, names: [...names, INDEX], lookUp };
      return this.#open(request, reply, index, place, persistence);
    }
    if (typeof index === "number" && index !== -Errno.ENOENT) return statusOf(index);
    return this.#lists ? this.#replyListing(request, reply, found, names, persistence) : 403;
  }

  #open(
    request: Request,
    reply: Reply,
    path: string,
    place: FoundPlace,
    persistence: Persistence,
  ): number {
    const status = this.#status;
    // A pipe or a device is nobody's to read.
    if (!isRegular(status)) return 403;
    const fd = this.#root.open(path, status);
    if (fd < 0) return statusOf(fd);
    const { target, names, lookUp } = place;
    const type = contentType(names.at(-1) ?? "");
    const file = new ServedFile(
      fd,
      { target: target.slice(), names, contentType: type },
      status,
      this.#clock,
    );
    this.#cache.add(file, lookUp, this.#visited);
    this.#replyFile(request, reply, file, persistence);
    return 0;
  }

  /** To the directory's own path. It starts with one slash: with two it would name a host. */
  #replyRedirect(
    request: Request,
    reply: Reply,
    names: readonly string[],
    persistence: Persistence,
  ): void {
    const location = `/${names.map((name) => `${encodeName(name)}/`).join("")}${request.query}`;
    const response = this.#statuses.get(301, persistence);
    const body = response.bytes.slice(response.headLength);
    const fields = `Location: ${location}\r\nContent-Type: text/html; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\n`;
    this.#replyPage(request, reply, { status: 301, fields, persistence }, body);
  }

  #replyListing(
    request: Request,
    reply: Reply,
    path: string,
    names: readonly string[],
    persistence: Persistence,
  ): number {
    const entries = listNames(this.#system, path);
    if (typeof entries === "number") return statusOf(entries);
    const body = new TextEncoder().encode(listingPage(names, entries));
    const fields = `Content-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\n`;
    this.#replyPage(request, reply, { status: 200, fields, persistence }, body);
    return 0;
  }

  #replyPage(
    request: Request,
    reply: Reply,
    parts: { readonly status: number; readonly fields: string; readonly persistence: Persistence },
    body: Uint8Array,
  ): void {
    const head = latin1Bytes(responseHead(parts, this.#clock));
    const bytes = new Uint8Array(head.length + body.length);
    bytes.set(head);
    bytes.set(body, head.length);
    reply.setBytes(parts.status, bytes, head.length, request.method === Method.head);
  }
}
