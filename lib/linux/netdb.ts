/**
 * Flags and errors of `getaddrinfo(3)`. These belong to the C library, not to the kernel; the values are glibc's.
 *
 * @module
 */

// Flags of getaddrinfo's hints: netdb.h
/** Addresses for `bind`: a missing host means any local address. */
export const AI_PASSIVE = 0x1;
/** Asks for the canonical name. */
export const AI_CANONNAME = 0x2;
/** The host is an address; nothing is looked up. */
export const AI_NUMERICHOST = 0x4;
/** With AF_INET6: IPv4-mapped addresses if there are no IPv6 ones. */
export const AI_V4MAPPED = 0x8;
/** With {@linkcode AI_V4MAPPED}: both kinds. */
export const AI_ALL = 0x10;
/** Only families for which this host has an address. */
export const AI_ADDRCONFIG = 0x20;
/** Encodes the host name as IDN. */
export const AI_IDN = 0x40;
/** Decodes the canonical name from IDN. */
export const AI_CANONIDN = 0x80;
/** The service is a port number. */
export const AI_NUMERICSERV = 0x400;

// Errors of getaddrinfo: netdb.h
/** Invalid flags in the hints. */
export const EAI_BADFLAGS: number = -1;
/** Host or service not known. */
export const EAI_NONAME: number = -2;
/** Temporary failure in name resolution. */
export const EAI_AGAIN: number = -3;
/** Non-recoverable failure in name resolution. */
export const EAI_FAIL: number = -4;
/** No address associated with the host name. */
export const EAI_NODATA: number = -5;
/** Family not supported. */
export const EAI_FAMILY: number = -6;
/** Socket type not supported. */
export const EAI_SOCKTYPE: number = -7;
/** Service not supported for the socket type. */
export const EAI_SERVICE: number = -8;
/** The host has no address of the family. */
export const EAI_ADDRFAMILY: number = -9;
/** Out of memory. */
export const EAI_MEMORY: number = -10;
/** System error; `errno` says which. */
export const EAI_SYSTEM: number = -11;
/** A buffer was too small. */
export const EAI_OVERFLOW: number = -12;
/** The request is being processed. */
export const EAI_INPROGRESS: number = -100;
/** The request was cancelled. */
export const EAI_CANCELED: number = -101;
/** The request was not cancelled. */
export const EAI_NOTCANCELED: number = -102;
/** All requests are done. */
export const EAI_ALLDONE: number = -103;
/** Interrupted by a signal. */
export const EAI_INTR: number = -104;
/** The name cannot be encoded. */
export const EAI_IDN_ENCODE: number = -105;

// Flags of getnameinfo: netdb.h
/** Host as an address. */
export const NI_NUMERICHOST = 1;
/** Service as a port number. */
export const NI_NUMERICSERV = 2;
/** Name without the domain for local hosts. */
export const NI_NOFQDN = 4;
/** Fails if there is no name. */
export const NI_NAMEREQD = 8;
/** Service of UDP. */
export const NI_DGRAM = 16;

// Texts of gai_strerror(3) in glibc; EAI_OVERFLOW has none there.
const ERRORS: readonly (readonly [code: number, name: string, message: string])[] = [
  [EAI_BADFLAGS, "EAI_BADFLAGS", "Bad value for ai_flags"],
  [EAI_NONAME, "EAI_NONAME", "Name or service not known"],
  [EAI_AGAIN, "EAI_AGAIN", "Temporary failure in name resolution"],
  [EAI_FAIL, "EAI_FAIL", "Non-recoverable failure in name resolution"],
  [EAI_NODATA, "EAI_NODATA", "No address associated with hostname"],
  [EAI_FAMILY, "EAI_FAMILY", "ai_family not supported"],
  [EAI_SOCKTYPE, "EAI_SOCKTYPE", "ai_socktype not supported"],
  [EAI_SERVICE, "EAI_SERVICE", "Servname not supported for ai_socktype"],
  [EAI_ADDRFAMILY, "EAI_ADDRFAMILY", "Address family for hostname not supported"],
  [EAI_MEMORY, "EAI_MEMORY", "Memory allocation failure"],
  [EAI_SYSTEM, "EAI_SYSTEM", "System error"],
  [EAI_OVERFLOW, "EAI_OVERFLOW", "Argument buffer overflow"],
  [EAI_INPROGRESS, "EAI_INPROGRESS", "Processing request in progress"],
  [EAI_CANCELED, "EAI_CANCELED", "Request canceled"],
  [EAI_NOTCANCELED, "EAI_NOTCANCELED", "Request not canceled"],
  [EAI_ALLDONE, "EAI_ALLDONE", "All requests done"],
  [EAI_INTR, "EAI_INTR", "Interrupted by a signal"],
  [EAI_IDN_ENCODE, "EAI_IDN_ENCODE", "Parameter string not correctly encoded"],
];

/**
 * Returns the name of an error of `getaddrinfo(3)`.
 *
 * @param code What the call returned; glibc's numbers are negative.
 * @returns The name, such as `EAI_NONAME`; `EAI error` and the number for one without a name.
 */
export function gaiErrorName(code: number): string {
  return ERRORS.find((row) => row[0] === code)?.[1] ?? `EAI error ${code}`;
}

/**
 * Returns the text for an error of `getaddrinfo(3)`, as glibc's `gai_strerror(3)` does in the C
 * locale.
 *
 * @param code What the call returned; glibc's numbers are negative.
 * @returns The text, such as `Name or service not known`; `Unknown error` for any other number.
 */
export function gaiErrorMessage(code: number): string {
  return ERRORS.find((row) => row[0] === code)?.[2] ?? "Unknown error";
}
