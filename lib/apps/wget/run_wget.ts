/**
 * What `vmsock wget` does.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { type Invocation, optionValue, UsageError } from "../command.ts";
import { parseSeconds } from "../duration.ts";
import { HttpError } from "../http/error.ts";
import { parseHeaderOption } from "../http/header_option.ts";
import { type HttpUrl, parseHttpUrl } from "../http/http_url.ts";
import type { Field } from "../http/request_head.ts";
import { TimeLimit, type TimeLimits } from "../http/time_limit.ts";
import { printFailure } from "../output.ts";
import { Destination, ReaderGoneError } from "./destination.ts";
import { Download, hasField, SCHEMES } from "./download.ts";
import { ExitStatus, mayPass, statusOf, worse } from "./exit_status.ts";
import { fileNameOf } from "./file_name.ts";
import { type Operands, readOperands } from "./operands.ts";
import { Report } from "./report.ts";

/** GNU Wget's default for `--timeout`, in milliseconds. */
const DEFAULT_TIMEOUT = 900_000;

/** Longest pause between two attempts, in milliseconds. */
const LONGEST_PAUSE = 10_000;

/** What the command line asks for. */
interface Job extends Operands {
  readonly resume: boolean;
  readonly tries: number;
  readonly fields: readonly Field[];
  readonly limits: TimeLimits;
}

function readJob(invocation: Invocation): Job {
  const output = optionValue(invocation, "output-document");
  const operands = readOperands(invocation.operands, output);
  const resume = invocation.options.has("continue");
  if (resume && operands.output === "-") {
    throw new UsageError("--continue needs a file: standard output cannot be gone on with");
  }
  if (resume && operands.output !== null && operands.urls.length > 1) {
    throw new UsageError("--continue goes on with one URL's file, not with one of several URLs");
  }
  const seconds = (name: string) => {
    const text = optionValue(invocation, name);
    return text === undefined ? undefined : parseSeconds(text, name);
  };
  const tries = parseTries(optionValue(invocation, "tries") ?? "1");
  const fields = invocation.options.get("header")?.map(parseHeaderOption) ?? [];
  if (hasField(fields, "range") && (resume || tries > 1)) {
    const option = resume ? "--continue" : "--tries";
    throw new UsageError(`${option} asks for ranges itself: leave --header='Range: …' out`);
  }
  return {
    ...operands,
    resume,
    tries,
    fields,
    limits: { whole: seconds("max-time"), each: seconds("timeout") ?? DEFAULT_TIMEOUT },
  };
}

function parseTries(text: string): number {
  const tries = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (tries > 0) return tries;
  throw new UsageError(`--tries takes a number from 1 on, not ${text}`);
}

/** Runs `vmsock wget`. */
export async function runWget(invocation: Invocation): Promise<number> {
  const job = readJob(invocation);
  const report = new Report(invocation.options.has("quiet"));
  using session = await invocation.openSession();
  const { system } = session;
  using shared = job.output === null ? null : sharedDestination(system, job.output, job.resume);
  let status: ExitStatus = ExitStatus.ok;
  for (const text of job.urls) {
    const url = parseUrl(text);
    if (url === null) {
      status = worse(status, ExitStatus.generic);
      continue;
    }
    using own = shared === null ? ownDestination(system, url, job.resume) : null;
    const destination = shared ?? own as Destination;
    try {
      status = worse(status, await get(url, { system, destination, job, report }));
    } catch (error) {
      if (error instanceof ReaderGoneError) break;
      throw error;
    }
  }
  return status;
}

/** Parses a URL, or says why it is none. */
function parseUrl(text: string): HttpUrl | null {
  try {
    return parseHttpUrl(text, { schemes: SCHEMES });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    printFailure(messageOf(text, error));
    return null;
  }
}

function sharedDestination(system: System, output: string, resume: boolean): Destination {
  return output === "-"
    ? Destination.stdout(system)
    : Destination.file(system, { path: output, isFromUrl: false, resume });
}

function ownDestination(system: System, url: HttpUrl, resume: boolean): Destination {
  return Destination.file(system, { path: fileNameOf(url), isFromUrl: true, resume });
}

/** Gets one document, in as many attempts as are allowed; says what fails. */
async function get(url: HttpUrl, { system, destination, job, report }: {
  readonly system: System;
  readonly destination: Destination;
  readonly job: Job;
  readonly report: Report;
}): Promise<ExitStatus> {
  const { fields, tries } = job;
  const download = new Download(url, { system, destination, fields, report });
  const limit = new TimeLimit(job.limits);
  for (let attempt = 1;; attempt++) {
    const before = download.received;
    report.line(`Getting ${url.href}`);
    try {
      download.attempt(limit);
      return ExitStatus.ok;
    } catch (error) {
      if (error instanceof ReaderGoneError) throw error;
      const isLast = attempt >= tries || !mayPass(error);
      printFailure(messageOf(url.href, error) + (isLast ? whatIsKept(download, destination) : ""));
      if (isLast) return statusOf(error);
      const pause = download.received > before ? 0 : Math.min(1000 * attempt, LONGEST_PAUSE);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** What a failed download leaves behind. */
function whatIsKept(download: Download, { isFile, path }: Destination): string {
  const { received, saved, hasChanged } = download;
  if (received === 0 || !isFile) return "";
  const advice = hasChanged ? " of what it was" : ", --continue goes on with them";
  return `; ${path} keeps ${saved} bytes${advice}`;
}

function messageOf(url: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof HttpError || !text.startsWith("Cannot ")
    ? `Cannot get ${url}: ${text}`
    : text;
}
