/**
 * Traces of system calls in strace's words, as a decorator of `System`.
 *
 * @module
 */
export type { TraceOptions } from "./lines.ts";
export { trace } from "./tracer.ts";
