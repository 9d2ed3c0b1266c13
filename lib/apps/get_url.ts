/**
 * What `vmsock get` does: HTTP GET over blocking sockets.
 *
 * @module
 */
import type { System } from "../kernel/system.ts";
import { Errno } from "../linux/errno.ts";
import { POLLOUT } from "../linux/poll.ts";
import { failure } from "../net/failure.ts";
import { CommandError, type Invocation, optionValue, UsageError } from "./command.ts";
import { parseSeconds } from "./duration.ts";
import { type HttpResponse, sendRequest } from "./http/client.ts";
import { clip, HttpError } from "./http/error.ts";
import { parseHeaderOption } from "./http/header_option.ts";
import { parseHttpUrl } from "./http/http_url.ts";
import { sendRequestFollowing } from "./http/redirects.ts";
import { TimeLimit } from "./http/time_limit.ts";
import { print } from "./output.ts";

const STDOUT = 1;

/** Runs `vmsock get`. */
export async function runGet(invocation: Invocation): Promise<number> {
  // Options first: one that has taken the URL for its value says so.
  const timeoutText = optionValue(invocation, "timeout");
  const whole = timeoutText === undefined ? undefined : parseSeconds(timeoutText);
  const fields = invocation.options.get("header")?.map(parseHeaderOption) ?? [];
  const [url, ...more] = invocation.operands;
  if (url === undefined) throw new UsageError("get needs a URL: vmsock get http://example.com/");
  if (more.length > 0) throw new UsageError(`get takes one URL, not ${more.length + 1}`);
  try {
    const target = parseHttpUrl(url);
    using session = await invocation.openSession();
    const { system } = session;
    const send = invocation.options.has("location") ? sendRequestFollowing : sendRequest;
    using response = send(target, { system, fields, limit: new TimeLimit({ whole }) });
    writeBody(system, response);
    return report(response);
  } catch (error) {
    if (error instanceof HttpError) throw new CommandError(`Cannot get ${url}: ${error.message}`);
    throw error;
  }
}

function writeBody(system: System, response: HttpResponse): void {
  for (const piece of response.body()) {
    if (!writeOut(system, piece)) return;
  }
}

/** Writes to standard output; false once nobody reads there any more. */
function writeOut(system: System, bytes: Uint8Array): boolean {
  let written = 0;
  while (written < bytes.byteLength) {
    const rest = bytes.subarray(written);
    const result = system.write(STDOUT, rest, rest.byteLength);
    if (result >= 0) written += result;
    else if (result === -Errno.EPIPE) return false;
    else if (result === -Errno.EAGAIN) {
      // Whoever shares it may have made it non-blocking.
      system.poll([{ fd: STDOUT, events: POLLOUT, revents: 0 }], -1);
    } else if (result !== -Errno.EINTR) {
      throw failure(system, { syscall: "write", result, action: "write to standard output" });
    }
  }
  return true;
}

/** What is to be said about a response whose body has been printed; the exit status. */
function report({ head, location, status, url }: HttpResponse): number {
  if (location !== null) {
    const where = clip(location);
    print(
      "stderr",
      `vmsock: ${url.href} redirects to ${where} (${status}): add --location to follow\n`,
    );
    return 0;
  }
  if (head.status < 400) return 0;
  throw new CommandError(`Cannot get ${url.href}: the server answered ${status}`);
}
