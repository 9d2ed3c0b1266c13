/** Packets that Linux 6.18 sent through a TUN device: addresses 10.77.0.1, fd77::1 to .2, ::2. */

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

export const SYN_V4 = bytesOf(
  "4500003c7d0c40004006a9130a4d00010a4d0002ac9200504e71fe1e00000000a002faf0d5000000" +
    "020405b40402080ad62c93cf000000000103030a",
);
export const SYN_V6 = bytesOf(
  "600835e600280640fd770000000000000000000000000001fd770000000000000000000000000002" +
    "a2020050dd98e59700000000a002fd2026100000020405a00402080a743a5030000000000103030a",
);
export const UDP_V4 = bytesOf(
  "4500002149fd40004011dc320a4d00010a4d0002cc120035000ddb1d68656c6c6f",
);
export const UDP_V6 = bytesOf(
  "6006670a000e1140fd770000000000000000000000000001fd770000000000000000000000000002" +
    "af4c0035000e115668656c6c6f36",
);
/** Destination unreachable, port unreachable, about a datagram of 3 octets from .2:1234 to .1:9. */
export const ICMP_V4 = bytesOf(
  "45c0003bbd4000004001a8250a4d00010a4d0002030333b400000000" +
    "4500001f00000000401166320a4d00020a4d000104d20009000b0000616263",
);
/** A router solicitation with an option of its own sort. */
export const ICMP_V6 = bytesOf(
  "6000000000083afffe800000000000002cfea0c624440aeeff0200000000000000000000000000028500804000000000",
);

export const ALL: readonly Uint8Array<ArrayBuffer>[] = [
  SYN_V4,
  SYN_V6,
  UDP_V4,
  UDP_V6,
  ICMP_V4,
  ICMP_V6,
];

/** A buffer whose octets show what was not written. */
export function dirty(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(0xa5);
}
