/**
 * Socket options of UDP, as in `udp(7)`.
 *
 * @module
 */

// Options of level IPPROTO_UDP: linux/udp.h
/** Accumulates the output into one datagram, sent when cleared. */
export const UDP_CORK = 1;
/** Accepts encapsulated packets, a `UDP_ENCAP_` value. */
export const UDP_ENCAP = 100;
/** No checksum on datagrams sent over IPv6. */
export const UDP_NO_CHECK6_TX = 101;
/** Accepts datagrams without a checksum over IPv6. */
export const UDP_NO_CHECK6_RX = 102;
/** Segment size in bytes of generic segmentation offload. */
export const UDP_SEGMENT = 103;
/** Accepts several coalesced datagrams in one receive. */
export const UDP_GRO = 104;

// Values of UDP_ENCAP: linux/udp.h
/** ESP in UDP with a non-IKE marker, an old draft. */
export const UDP_ENCAP_ESPINUDP_NON_IKE = 1;
/** ESP in UDP, RFC 3948. */
export const UDP_ENCAP_ESPINUDP = 2;
/** L2TP, RFC 2661. */
export const UDP_ENCAP_L2TPINUDP = 3;
/** GPRS tunnelling version 0. */
export const UDP_ENCAP_GTP0 = 4;
/** GPRS tunnelling version 1, user plane. */
export const UDP_ENCAP_GTP1U = 5;
/** RxRPC. */
export const UDP_ENCAP_RXRPC = 6;
