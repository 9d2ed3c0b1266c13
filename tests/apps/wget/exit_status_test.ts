import { assertEquals } from "@std/assert";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { TlsError } from "../../../lib/apps/http/tls_connection.ts";
import {
  DownloadError,
  type ExitStatus,
  mayPass,
  statusOf,
  worse,
} from "../../../lib/apps/wget/exit_status.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { NetError } from "../../../lib/net/error.ts";

Deno.test("statusOf() gives errors the statuses of GNU Wget's manual", () => {
  const rows: readonly (readonly [unknown, ExitStatus])[] = [
    [new DownloadError("", 3), 3],
    [new DownloadError("", 6), 6],
    [NetError.fromErrno(Errno.ECONNREFUSED), 4],
    [new HttpError("", "truncated"), 4],
    [new TlsError(""), 5],
    [new HttpError(""), 7],
    [new HttpError("", "redirect"), 8],
    [new HttpError("", "url"), 1],
    [new Error(), 1],
  ];
  for (const [error, status] of rows) assertEquals(statusOf(error), status, String(error));
});

Deno.test("worse() prefers the lower status, but any to 1", () => {
  assertEquals([worse(0, 0), worse(0, 8), worse(8, 0), worse(1, 0)], [0, 8, 8, 1]);
  assertEquals([worse(8, 4), worse(4, 8), worse(1, 8), worse(3, 1)], [4, 4, 8, 3]);
});

Deno.test("mayPass() tells what is worth another try", () => {
  const passing = [Errno.ETIMEDOUT, Errno.ECONNRESET, Errno.EPIPE, Errno.ENETUNREACH, Errno.EAGAIN];
  const lasting = [Errno.EACCES, Errno.ENOENT, Errno.ECONNREFUSED, Errno.EINVAL];
  for (const errno of passing) assertEquals(mayPass(NetError.fromErrno(errno)), true, `${errno}`);
  for (const errno of lasting) assertEquals(mayPass(NetError.fromErrno(errno)), false, `${errno}`);
  assertEquals(mayPass(new HttpError("", "truncated")), true);
  for (const error of [new HttpError(""), new TlsError(""), new DownloadError("", 8)]) {
    assertEquals(mayPass(error), false);
  }
});
