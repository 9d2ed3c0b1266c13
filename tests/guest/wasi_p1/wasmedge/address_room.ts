/**
 * Addresses of WasmEdge's functions in a test guest's memory.
 *
 * @module
 */
import type { WasiGuest } from "../wasi_guest.ts";

/** Puts a `__wasi_address_t` with a buffer of `size` bytes into the memory; both addresses. */
export function addressRoom(wasi: WasiGuest, size: number): { at: number; buffer: number } {
  const buffer = wasi.room(size);
  // What is left there from before must not become a part of an address.
  wasi.memory.bytes(buffer, size)?.fill(0xa5);
  const at = wasi.room(8);
  wasi.memory.store32(at, buffer);
  wasi.memory.store32(at + 4, size);
  return { at, buffer };
}

/** Puts an address of bytes into the memory. */
export function putAddress(wasi: WasiGuest, bytes: readonly number[]): number {
  const { at, buffer } = addressRoom(wasi, bytes.length);
  wasi.memory.copyOut(buffer, Uint8Array.from(bytes));
  return at;
}

/** 127.0.0.1. */
export const LOOPBACK4: readonly number[] = [127, 0, 0, 1];

/** ::1. */
export const LOOPBACK6: readonly number[] = [...new Array(15).fill(0), 1];

/** An address of 128 bytes that begins with the family. */
export function tagged(family: number, bytes: readonly number[]): number[] {
  return [family & 0xff, family >> 8, ...bytes, ...new Array(126 - bytes.length).fill(0)];
}

/** Opens a socket: family 1 is IPv4, 2 IPv6, 3 Unix; type 1 datagrams, 2 a stream. */
export function openSocket(wasi: WasiGuest, family: number, type: number): number {
  const result = wasi.room(4);
  wasi.ok("sock_open", family, type, result);
  return wasi.memory.load32(result);
}

/** The bytes at an address. */
export function bytesAt(wasi: WasiGuest, at: number, length: number): number[] {
  return [...wasi.memory.bytes(at, length) ?? []];
}
