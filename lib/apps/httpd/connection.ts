/**
 * One connection of a client: receives requests, sends responses, ends.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import { MSG_MORE, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../../linux/socket.ts";
import { BodySkipper } from "./body_skipper.ts";
import { latin1Bytes } from "./characters.ts";
import { HeldInput } from "./held_input.ts";
import { HttpdLimits, RECEIVE_SIZE } from "./limits.ts";
import { Output, Sent } from "./output.ts";
import { Persistence } from "./prepared_response.ts";
import type { Waiter } from "./readiness.ts";
import type { Reply } from "./reply.ts";
import { INCOMPLETE, Method, type Request } from "./request.ts";
import { parseRequest } from "./request_parser.ts";
import type { Service } from "./service.ts";

const CONTINUE = latin1Bytes("HTTP/1.1 100 Continue\r\n\r\n");

/** struct linger, on with 0 seconds: what is not sent yet is dropped by a close. */
const RESET = new Uint8Array(Int32Array.of(1, 0).buffer);

/** What a connection waits for. */
export const Phase = {
  /** The first byte of a request. */
  idle: 0,
  /** The rest of a request. */
  receiving: 1,
  /** That the client takes a response. */
  sending: 2,
  /** That the client has read the last response and closes. */
  lingering: 3,
  /** Nothing any more. */
  closed: 4,
} as const;

/** One of the values of {@linkcode Phase}. */
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A connection. */
export class Connection implements Waiter {
  readonly fd: number;
  events: number = POLLIN;
  revents = 0;
  place = -1;
  /** Index in the server's list of connections. */
  index = -1;
  /** What it waits for. */
  phase: Phase = Phase.idle;
  /** When it has waited too long, in the clock's ticks. */
  deadline: number;
  readonly #service: Service;
  readonly #output: Output;
  /** The client's address, for the log. */
  readonly #peer: string;
  /** Is called at the end. */
  readonly #closed: (connection: Connection) => void;
  /** Bytes of requests that are not finished, or must wait for the response before. */
  readonly #held = new HeldInput();
  /** A request whose body is still arriving, and the body. */
  #waiting: Request | null = null;
  #body: BodySkipper | null = null;
  /** Whether the connection ends with the response that is being sent. */
  #isLast = false;
  /** Whether the client may still be sending then. */
  #lingers = false;
  /** What the socket had taken when the time for more of it began. */
  #progress = 0;
  #lingered = 0;
  /** The exchange that is to be logged when its response has been taken. */
  #line: string | null = null;
  #isLogged = true;
  #status = 0;
  /** What the socket will have taken before the response's body starts. */
  #bodyStart = 0;

  /** Takes over the descriptor of a non-blocking socket. */
  constructor(
    service: Service,
    fd: number,
    peer: string,
    closed: (connection: Connection) => void,
  ) {
    this.#service = service;
    this.fd = fd;
    this.#peer = peer;
    this.#closed = closed;
    this.#output = new Output(service, fd);
    this.deadline = service.clock.ticks + service.timeout;
  }

  /** Begins: a request may have arrived together with the connection. */
  begin(): void {
    this.#receive();
    if (this.phase === Phase.idle) this.#watch(POLLIN);
  }

  /** Goes on, since the socket is ready. */
  ready(): void {
    switch (this.phase) {
      case Phase.sending:
        return this.#advance();
      case Phase.lingering:
        return this.#discard();
      case Phase.closed:
        return;
      default:
        return this.#receive();
    }
  }

  /** Goes on, since the deadline is past. */
  expire(): void {
    const { clock, timeout } = this.#service;
    if (this.phase === Phase.receiving) return this.#refuse(408, this.#waiting);
    const { taken } = this.#output;
    if (this.phase === Phase.sending && taken - this.#progress >= HttpdLimits.progress) {
      this.#progress = taken;
      this.deadline = clock.ticks + timeout;
      return;
    }
    this.close();
  }

  /** Closes the socket. */
  close(): void {
    if (this.phase === Phase.closed) return;
    this.phase = Phase.closed;
    this.#log();
    this.#held.clear();
    this.#output.drop();
    this.#service.readiness.forgetClosing(this);
    this.#service.system.close(this.fd);
    this.#closed(this);
  }

  /**
   * Closes the socket without waiting for the client, who has had his time: a response that is not
   * sent as a whole is of no use, and the stack must not hold the end of the process up for it.
   */
  abort(): void {
    const { system } = this.#service;
    if (this.phase === Phase.sending) {
      system.setsockopt(this.fd, SOL_SOCKET, SO_LINGER, RESET, RESET.length);
    }
    this.close();
  }

  #receive(): void {
    const { system, received } = this.#service;
    const held = this.#held;
    const count = held.bytes === null
      ? system.recv(this.fd, received, RECEIVE_SIZE, 0)
      : held.receive(system, this.fd);
    if (count > 0) {
      if (held.bytes === null) this.#process(received, 0, count);
      else this.#process(held.bytes, 0, held.length);
    } else if (count !== -Errno.EAGAIN && count !== -Errno.EINTR) this.close();
  }

  /** Answers the requests in the bytes from `start` to `end`, and holds the rest. */
  #process(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const { request } = this.#service;
    let at = start;
    for (;;) {
      let asked = request;
      if (this.#body !== null) {
        const next = this.#body.skip(bytes, at, end);
        if (next < 0) return this.#refuse(-next, this.#waiting);
        at = next;
        if (!this.#body.done) break;
        asked = this.#waiting ?? request;
        this.#waiting = null;
        this.#body = null;
      } else {
        if (at === end) break;
        const next = parseRequest(request, bytes, at, end);
        if (next === INCOMPLETE) break;
        if (next < 0) return this.#refuse(-next, request);
        at = next;
        if (request.hasBody || request.expect !== "") {
          const status = this.#awaitBody(request, at === end);
          if (status > 0) return this.#refuse(status, request);
          if (status < 0) return this.close();
          if (this.#body !== null) continue;
        }
      }
      const sent = this.#answer(asked, at === end);
      if (sent === Sent.all && !this.#isLast) continue;
      return this.#pause(sent, bytes, at, end);
    }
    const sent = this.#output.flush(0);
    if (sent !== Sent.all) return this.#pause(sent, bytes, at, end);
    this.#held.hold(bytes, at, end, true);
    this.#awaitRequest(at < end || this.#body !== null);
  }

  /** Prepares for the body of a request: 0, a status to refuse it with, or −1 to give up. */
  #awaitBody(request: Request, isAtEnd: boolean): number {
    const expects = request.expect !== "" && request.minorVersion > 0;
    if (expects && request.expect !== "100-continue") return 417;
    if (request.contentLength > HttpdLimits.body) return 413;
    if (!request.hasBody) return 0;
    if (expects && isAtEnd) {
      // The body has not been sent; there is no need for it where it is refused anyway.
      if (request.method === Method.known) return 405;
      if (request.method === Method.unknown) return 501;
      // Who waits for this has no reason not to take it.
      if (this.#output.flush(MSG_MORE) !== Sent.all) return -1;
      if (this.#output.sendBytes(CONTINUE, CONTINUE.length, 0) !== Sent.all) return -1;
    }
    this.#waiting = request.detach();
    this.#body = new BodySkipper(request.hasTransferEncoding ? null : request.contentLength);
    return 0;
  }

  /** Sends the response to a request, or gathers it where another request follows. */
  #answer(request: Request, isAtEnd: boolean): Sent {
    const { responder, reply, isStopping } = this.#service;
    this.phase = Phase.idle;
    if (isStopping) request.wantsClose = true;
    responder.respond(request, reply);
    this.#isLast = !request.keepsAlive;
    return this.#send(reply, request, isAtEnd || this.#isLast);
  }

  #send(reply: Reply, request: Request | null, isAtEnd: boolean): Sent {
    const { gathered, log } = this.#service;
    const output = this.#output;
    if (log !== null) {
      this.#line = request === null || request.lineEnd === 0 ? null : request.line;
      this.#isLogged = false;
    }
    this.#status = reply.status;
    this.#bodyStart = output.taken + gathered.length + reply.headLength;
    if (!isAtEnd && reply.isInMemory && gathered.add(reply.bytes, reply.length)) {
      this.#log(reply.bodyLength);
      return Sent.all;
    }
    let sent: Sent = Sent.all;
    const flags = reply.isInMemory ? 0 : MSG_MORE;
    if (gathered.length === 0) sent = output.sendBytes(reply.bytes, reply.length, flags);
    else if (gathered.add(reply.bytes, reply.length)) sent = output.flush(flags);
    else {
      sent = output.flush(MSG_MORE);
      if (sent === Sent.all) sent = output.sendBytes(reply.bytes, reply.length, flags);
      else output.append(reply.bytes, reply.length);
    }
    if (sent === Sent.failed) return sent;
    output.follow(reply);
    if (sent === Sent.all && !reply.isInMemory) sent = output.advance();
    if (sent === Sent.all) this.#log();
    return sent;
  }

  /** Ends the connection with a status: nobody can tell where the next request starts. */
  #refuse(status: number, request: Request | null): void {
    const { statuses, reply } = this.#service;
    // The method is known as soon as the line is; nothing follows the head of an answer to HEAD.
    const isHead = request !== null && request.lineEnd > 0 && request.method === Method.head;
    reply.begin(Persistence.closes, isHead);
    reply.set(statuses.get(status, Persistence.closes));
    this.#isLast = true;
    this.#lingers = true;
    const sent = this.#send(reply, request, true);
    this.#waiting = null;
    this.#body = null;
    this.#pause(sent, reply.bytes, 0, 0);
  }

  /** Stops answering: the response is not sent yet, or it was the last one. */
  #pause(sent: Sent, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (sent === Sent.failed) return this.close();
    if (this.#isLast) {
      this.#held.clear();
      if (start < end) this.#lingers = true;
      if (sent === Sent.all) return this.#end();
    } else this.#held.hold(bytes, start, end, false);
    const { clock, timeout } = this.#service;
    this.phase = Phase.sending;
    this.#progress = this.#output.taken;
    this.deadline = clock.ticks + timeout;
    this.#watch(POLLOUT);
  }

  /** Sends more of a response; goes on with what is held after it. */
  #advance(): void {
    const sent = this.#output.advance();
    if (sent === Sent.part) return;
    if (sent === Sent.failed) return this.close();
    this.#log();
    if (this.#isLast) return this.#end();
    this.phase = Phase.idle;
    const { bytes, length } = this.#held;
    if (bytes !== null) this.#process(bytes, 0, length);
    else if (this.#service.isStopping && this.#body === null) {
      // The next request may be on its way already.
      this.#lingers = true;
      this.#end();
    } else this.#awaitRequest(this.#body !== null);
  }

  /** Waits for a request, or for the rest of one. */
  #awaitRequest(isBegun: boolean): void {
    const { clock, timeout } = this.#service;
    if (this.phase !== Phase.receiving || !isBegun) this.deadline = clock.ticks + timeout;
    this.phase = isBegun ? Phase.receiving : Phase.idle;
    this.#watch(POLLIN);
  }

  /** Ends the connection, after the client has had the time to read the last response. */
  #end(): void {
    const { system, clock } = this.#service;
    // A close with unread bytes would reset the connection, and the response could be lost.
    if (!this.#lingers || system.shutdown(this.fd, SHUT_WR) < 0) return this.close();
    this.phase = Phase.lingering;
    this.deadline = clock.ticks + HttpdLimits.lingering;
    this.#watch(POLLIN);
  }

  /** Reads what nobody wants. */
  #discard(): void {
    const { system, received } = this.#service;
    const count = system.recv(this.fd, received, RECEIVE_SIZE, 0);
    if (count === -Errno.EAGAIN || count === -Errno.EINTR) return;
    this.#lingered += Math.max(count, 0);
    if (count <= 0 || this.#lingered > HttpdLimits.lingeringBytes) this.close();
  }

  #watch(events: number): void {
    if (this.place >= 0 && this.events === events) return;
    this.events = events;
    this.#service.readiness.watch(this);
  }

  /** Logs an exchange: with all of its body, or as much of it as the socket has taken. */
  #log(bytes: number = Math.max(0, this.#output.taken - this.#bodyStart)): void {
    if (this.#isLogged) return;
    this.#isLogged = true;
    const { log } = this.#service;
    log?.add({ peer: this.#peer, line: this.#line, status: this.#status, bytes });
  }
}
