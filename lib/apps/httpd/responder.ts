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
import { Persistence, PreparedResponse, responseHead } from "./prepared_response.ts";
import { parseRanges } from "./ranges.ts";
import type { Reply } from "./reply.ts";
import { Method, type Request } from "./request.ts";
import { decodePath, encodeName, type RequestPath } from "./request_path.ts";
import { ServedFile } from "./served_file.ts";
import type { StatusResponses } from "./status_responses.ts";
import { statusPage } from "./status_text.ts";

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
  readonly path: string;
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
    const { method, pathStart, pathEnd } = request;
    reply.begin(persistenceOf(request), method === Method.head);
    if (method !== Method.get && method !== Method.head) {
      return this.#replyStatus(reply, method === Method.known ? 405 : 501);
    }
    const isEmpty = pathStart === pathEnd;
    const bytes = isEmpty ? ROOT_PATH : request.bytes;
    const start = isEmpty ? 0 : pathStart;
    const end = isEmpty ? ROOT_PATH.length : pathEnd;
    const file = this.#cache.find(bytes, start, end);
    if (file !== null) this.#replyFile(request, reply, file);
    else this.#lookUp(request, reply, bytes.subarray(start, end));
  }

  #replyFile(request: Request, reply: Reply, file: ServedFile): void {
    if (request.isConditional) {
      const status = evaluateConditions(request, file);
      if (status === 304) return reply.set(file.unmodified(reply.persistence, this.#clock));
      if (status === 412) return this.#replyStatus(reply, 412);
      const { range, ifRange } = request;
      if (
        range !== null && !reply.isHead && allowsRange(ifRange, file, this.#clock.now) &&
        this.#replyRanges(reply, file, range)
      ) return;
    }
    const response = file.whole(reply.persistence, this.#system, this.#clock);
    reply.set(response);
    const isInMemory = response.bytes.length - response.headLength === file.size;
    if (!reply.isHead && !isInMemory) reply.addFile(file, 0, file.size);
  }

  /** Answers with ranges; false where the whole file is to be sent. */
  #replyRanges(reply: Reply, file: ServedFile, value: string): boolean {
    const ranges = parseRanges(value, file.size);
    if (ranges === null) return false;
    const [first] = ranges;
    if (first === undefined) {
      this.#replyHead(reply, 416, `Content-Range: bytes */${file.size}\r\nContent-Length: 0\r\n`);
    } else if (ranges.length === 1) {
      const { start, end } = first;
      const fields =
        `Content-Type: ${file.place.contentType}\r\nContent-Length: ${end - start}\r\n` +
        `Content-Range: bytes ${start}-${end - 1}/${file.size}\r\n${file.rangeFields()}`;
      this.#replyHead(reply, 206, fields);
      reply.addFile(file, start, end);
    } else {
      const parts = new MultipartBody(file, ranges);
      const fields = `Content-Type: ${parts.contentType}\r\nContent-Length: ${parts.length}\r\n` +
        file.rangeFields();
      this.#replyHead(reply, 206, fields);
      reply.addParts(parts);
    }
    return true;
  }

  #replyHead(reply: Reply, status: number, fields: string): void {
    const { persistence } = reply;
    const head = latin1Bytes(responseHead({ status, fields, persistence }, this.#clock));
    reply.setBytes(status, head, head.length);
  }

  #replyStatus(reply: Reply, status: number): void {
    reply.set(this.#statuses.get(status, reply.persistence));
  }

  #lookUp(request: Request, reply: Reply, target: Uint8Array): void {
    const path = decodePath(target, 0, target.length);
    const status = typeof path === "number" ? path : this.#replyPath(request, reply, path, target);
    if (status !== 0) this.#replyStatus(reply, status);
  }

  /** Answers with what is at a path: 0, or a status to answer with. */
  #replyPath(request: Request, reply: Reply, path: RequestPath, target: Uint8Array): number {
    const { names } = path;
    const status = this.#status;
    const lookUp = this.#cache.beginLookUp();
    const found = this.#root.find(names, status, this.#visited);
    if (typeof found === "number") return statusOf(found);
    if (!isDirectory(status)) {
      if (path.isDirectory) return 404;
      return this.#open(request, reply, { path: found, target, names, lookUp });
    }
    if (!path.isDirectory) {
      this.#replyRedirect(reply, names, request.query);
      return 0;
    }
    const indexNames = [...names, INDEX];
    const index = this.#root.find(indexNames, status, this.#visited);
    if (typeof index === "string" && !isDirectory(status)) {
      return this.#open(request, reply, { path: index, target, names: indexNames, lookUp });
    }
    if (typeof index === "number" && index !== -Errno.ENOENT) return statusOf(index);
    return this.#lists ? this.#replyListing(reply, found, names) : 403;
  }

  #open(request: Request, reply: Reply, { path, target, names, lookUp }: FoundPlace): number {
    const status = this.#status;
    // A pipe or a device is nobody's to read.
    if (!isRegular(status)) return 403;
    const fd = this.#root.open(path, status);
    if (fd < 0) return statusOf(fd);
    const type = contentType(names.at(-1) ?? "");
    const place = { target: target.slice(), names, contentType: type };
    const file = new ServedFile(fd, place, status, this.#clock);
    this.#cache.add(file, lookUp, this.#visited);
    this.#replyFile(request, reply, file);
    return 0;
  }

  /** To the directory's own path. It starts with one slash: with two it would name a host. */
  #replyRedirect(reply: Reply, names: readonly string[], query: string): void {
    const location = `/${names.map((name) => `${encodeName(name)}/`).join("")}${query}`;
    this.#replyPage(reply, 301, statusPage(301), `Location: ${location}\r\n`);
  }

  #replyListing(reply: Reply, path: string, names: readonly string[]): number {
    const entries = listNames(this.#system, path);
    if (typeof entries === "number") return statusOf(entries);
    this.#replyPage(reply, 200, listingPage(names, entries));
    return 0;
  }

  #replyPage(reply: Reply, status: number, page: string, fields = ""): void {
    const body = new TextEncoder().encode(page);
    const { persistence } = reply;
    const all = `${fields}Content-Type: text/html; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\n`;
    const parts = { status, fields: all, persistence };
    const { bytes, headLength } = new PreparedResponse(parts, this.#clock, body);
    reply.setBytes(status, bytes, headLength);
  }
}
