/**
 * Internet protocols, addresses and options, as in `ip(7)` and `ipv6(7)`.
 *
 * @module
 */

// Protocols: linux/in.h
/** Dummy protocol, "the family's default"; the level of the `IP_` options. */
export const IPPROTO_IP = 0;
/** Internet Control Message Protocol. */
export const IPPROTO_ICMP = 1;
/** Internet Group Management Protocol. */
export const IPPROTO_IGMP = 2;
/** IPv4 in IPv4 tunnels. */
export const IPPROTO_IPIP = 4;
/** Transmission Control Protocol; the level of the `TCP_` options. */
export const IPPROTO_TCP = 6;
/** Exterior Gateway Protocol. */
export const IPPROTO_EGP = 8;
/** PUP protocol. */
export const IPPROTO_PUP = 12;
/** User Datagram Protocol; the level of the `UDP_` options. */
export const IPPROTO_UDP = 17;
/** Xerox NS IDP protocol. */
export const IPPROTO_IDP = 22;
/** ISO transport protocol, class 4. */
export const IPPROTO_TP = 29;
/** Datagram Congestion Control Protocol. */
export const IPPROTO_DCCP = 33;
/** IPv6 in IPv4 tunnels; the level of the `IPV6_` options. */
export const IPPROTO_IPV6 = 41;
/** Resource Reservation Protocol. */
export const IPPROTO_RSVP = 46;
/** Generic Routing Encapsulation. */
export const IPPROTO_GRE = 47;
/** Encapsulating Security Payload. */
export const IPPROTO_ESP = 50;
/** Authentication Header. */
export const IPPROTO_AH = 51;
/** Multicast Transport Protocol. */
export const IPPROTO_MTP = 92;
/** Pseudo header for BEET mode. */
export const IPPROTO_BEETPH = 94;
/** Encapsulation header. */
export const IPPROTO_ENCAP = 98;
/** Protocol Independent Multicast. */
export const IPPROTO_PIM = 103;
/** Compression Header Protocol. */
export const IPPROTO_COMP = 108;
/** Layer 2 Tunnelling Protocol. */
export const IPPROTO_L2TP = 115;
/** Stream Control Transmission Protocol. */
export const IPPROTO_SCTP = 132;
/** UDP-Lite, RFC 3828. */
export const IPPROTO_UDPLITE = 136;
/** MPLS in IP, RFC 4023. */
export const IPPROTO_MPLS = 137;
/** Ethernet in IPv6. */
export const IPPROTO_ETHERNET = 143;
/** Raw IP packets. */
export const IPPROTO_RAW = 255;
/** Multipath TCP. */
export const IPPROTO_MPTCP = 262;

// Extension headers of IPv6: linux/in6.h
/** Hop-by-hop options. */
export const IPPROTO_HOPOPTS = 0;
/** Routing header. */
export const IPPROTO_ROUTING = 43;
/** Fragmentation header. */
export const IPPROTO_FRAGMENT = 44;
/** ICMPv6. */
export const IPPROTO_ICMPV6 = 58;
/** No next header. */
export const IPPROTO_NONE = 59;
/** Destination options. */
export const IPPROTO_DSTOPTS = 60;
/** Mobility header. */
export const IPPROTO_MH = 135;

// IPv4 addresses as numbers in host byte order: linux/in.h
/** 0.0.0.0, any local address. */
export const INADDR_ANY = 0x0;
/** 255.255.255.255, all hosts of the network. */
export const INADDR_BROADCAST = 0xffffffff;
/** Error return of `inet_addr`; the value of {@linkcode INADDR_BROADCAST}. */
export const INADDR_NONE = 0xffffffff;
/** 192.0.0.8, source of ICMP replies without an address, RFC 7600. */
export const INADDR_DUMMY = 0xc0000008;
/** 127.0.0.1. */
export const INADDR_LOOPBACK = 0x7f000001;
/** 224.0.0.0, base of the multicast groups. */
export const INADDR_UNSPEC_GROUP = 0xe0000000;
/** 224.0.0.1, all hosts of the subnet. */
export const INADDR_ALLHOSTS_GROUP = 0xe0000001;
/** 224.0.0.2, all routers of the subnet. */
export const INADDR_ALLRTRS_GROUP = 0xe0000002;
/** 224.0.0.106, all multicast snoopers. */
export const INADDR_ALLSNOOPERS_GROUP = 0xe000006a;
/** 224.0.0.255, last link-local group. */
export const INADDR_MAX_LOCAL_GROUP = 0xe00000ff;

// Options of level IPPROTO_IP: linux/in.h
/** Type of service. */
export const IP_TOS = 1;
/** Time to live of sent packets. */
export const IP_TTL = 2;
/** Raw sockets: the program supplies the IP header. */
export const IP_HDRINCL = 3;
/** IP options of sent packets. */
export const IP_OPTIONS = 4;
/** Receives packets with the router alert option. */
export const IP_ROUTER_ALERT = 5;
/** Receives IP options as control messages. */
export const IP_RECVOPTS = 6;
/** Receives raw IP options as control messages. */
export const IP_RETOPTS = 7;
/** Receives `struct in_pktinfo` control messages. */
export const IP_PKTINFO = 8;
/** Gets the options of a TCP connection's SYN. */
export const IP_PKTOPTIONS = 9;
/** Path MTU discovery, an `IP_PMTUDISC_` value. */
export const IP_MTU_DISCOVER = 10;
/** Enables the error queue. */
export const IP_RECVERR = 11;
/** Receives the time to live as a control message. */
export const IP_RECVTTL = 12;
/** Receives the type of service as a control message. */
export const IP_RECVTOS = 13;
/** Gets the path MTU of a connected socket. */
export const IP_MTU = 14;
/** Allows `bind` to addresses that are not local or do not exist yet. */
export const IP_FREEBIND = 15;
/** IPsec policy. */
export const IP_IPSEC_POLICY = 16;
/** IPsec policy in the form of xfrm. */
export const IP_XFRM_POLICY = 17;
/** Receives the security label as a control message. */
export const IP_PASSSEC = 18;
/** Transparent proxying; needs CAP_NET_ADMIN or CAP_NET_RAW. */
export const IP_TRANSPARENT = 19;
/** BSD's name of {@linkcode IP_RETOPTS}. */
export const IP_RECVRETOPTS = 7;
/** Original destination of a redirected packet. */
export const IP_ORIGDSTADDR = 20;
/** Receives the original destination; the number of {@linkcode IP_ORIGDSTADDR}. */
export const IP_RECVORIGDSTADDR = 20;
/** Minimum time to live of received packets, RFC 5082. */
export const IP_MINTTL = 21;
/** Raw sockets: no reassembly of sent fragments. */
export const IP_NODEFRAG = 22;
/** Receives the checksum as a control message. */
export const IP_CHECKSUM = 23;
/** `bind` to port 0 leaves the choice of the port to `connect`. */
export const IP_BIND_ADDRESS_NO_PORT = 24;
/** Receives the largest fragment's size as a control message. */
export const IP_RECVFRAGSIZE = 25;
/** Adds RFC 4884 extensions to error queue messages. */
export const IP_RECVERR_RFC4884 = 26;
/** Interface for outgoing multicast. */
export const IP_MULTICAST_IF = 32;
/** Time to live of outgoing multicast. */
export const IP_MULTICAST_TTL = 33;
/** Whether outgoing multicast loops back to this host. */
export const IP_MULTICAST_LOOP = 34;
/** Joins a multicast group. */
export const IP_ADD_MEMBERSHIP = 35;
/** Leaves a multicast group. */
export const IP_DROP_MEMBERSHIP = 36;
/** Unblocks a source of a group. */
export const IP_UNBLOCK_SOURCE = 37;
/** Blocks a source of a group. */
export const IP_BLOCK_SOURCE = 38;
/** Joins a group for one source. */
export const IP_ADD_SOURCE_MEMBERSHIP = 39;
/** Leaves a group for one source. */
export const IP_DROP_SOURCE_MEMBERSHIP = 40;
/** Source filter of a group, RFC 3678. */
export const IP_MSFILTER = 41;
/** Joins a group, either family, RFC 3678. */
export const MCAST_JOIN_GROUP = 42;
/** Blocks a source of a group, either family. */
export const MCAST_BLOCK_SOURCE = 43;
/** Unblocks a source of a group, either family. */
export const MCAST_UNBLOCK_SOURCE = 44;
/** Leaves a group, either family. */
export const MCAST_LEAVE_GROUP = 45;
/** Joins a group for one source, either family. */
export const MCAST_JOIN_SOURCE_GROUP = 46;
/** Leaves a group for one source, either family. */
export const MCAST_LEAVE_SOURCE_GROUP = 47;
/** Source filter of a group, either family. */
export const MCAST_MSFILTER = 48;
/** Whether groups joined by other sockets are delivered too. */
export const IP_MULTICAST_ALL = 49;
/** Interface for outgoing unicast. */
export const IP_UNICAST_IF = 50;
/** Range of ephemeral ports, low and high half of a u32 (Linux 6.3). */
export const IP_LOCAL_PORT_RANGE = 51;
/** Raw sockets: protocol of the packet (Linux 6.4). */
export const IP_PROTOCOL = 52;

// Values of IP_MTU_DISCOVER: linux/in.h
/** Never sets Don't Fragment. */
export const IP_PMTUDISC_DONT = 0;
/** Decides by route. */
export const IP_PMTUDISC_WANT = 1;
/** Always sets Don't Fragment. */
export const IP_PMTUDISC_DO = 2;
/** Sets Don't Fragment and ignores the path MTU. */
export const IP_PMTUDISC_PROBE = 3;
/** Uses the interface's MTU, without Don't Fragment. */
export const IP_PMTUDISC_INTERFACE = 4;
/** Like {@linkcode IP_PMTUDISC_INTERFACE}, but may fragment. */
export const IP_PMTUDISC_OMIT = 5;

// Options of level IPPROTO_IPV6: linux/in6.h
/** Turns an IPv6 socket into an IPv4 one. */
export const IPV6_ADDRFORM = 1;
/** Old form of packet information, RFC 2292. */
export const IPV6_2292PKTINFO = 2;
/** Old form of hop-by-hop options, RFC 2292. */
export const IPV6_2292HOPOPTS = 3;
/** Old form of destination options, RFC 2292. */
export const IPV6_2292DSTOPTS = 4;
/** Old form of the routing header, RFC 2292. */
export const IPV6_2292RTHDR = 5;
/** Old form of packet options, RFC 2292. */
export const IPV6_2292PKTOPTIONS = 6;
/** Raw sockets: offset of the checksum. */
export const IPV6_CHECKSUM = 7;
/** Old form of the hop limit, RFC 2292. */
export const IPV6_2292HOPLIMIT = 8;
/** Next hop's address. */
export const IPV6_NEXTHOP = 9;
/** Obsolete. */
export const IPV6_AUTHHDR = 10;
/** Receives the flow label as a control message. */
export const IPV6_FLOWINFO = 11;
/** Hop limit of outgoing unicast. */
export const IPV6_UNICAST_HOPS = 16;
/** Interface for outgoing multicast. */
export const IPV6_MULTICAST_IF = 17;
/** Hop limit of outgoing multicast. */
export const IPV6_MULTICAST_HOPS = 18;
/** Whether outgoing multicast loops back to this host. */
export const IPV6_MULTICAST_LOOP = 19;
/** Joins a multicast group. */
export const IPV6_ADD_MEMBERSHIP = 20;
/** Leaves a multicast group. */
export const IPV6_DROP_MEMBERSHIP = 21;
/** POSIX's name of {@linkcode IPV6_ADD_MEMBERSHIP}. */
export const IPV6_JOIN_GROUP = 20;
/** POSIX's name of {@linkcode IPV6_DROP_MEMBERSHIP}. */
export const IPV6_LEAVE_GROUP = 21;
/** Receives packets with the router alert option. */
export const IPV6_ROUTER_ALERT = 22;
/** Path MTU discovery, an `IPV6_PMTUDISC_` value. */
export const IPV6_MTU_DISCOVER = 23;
/** The path MTU. */
export const IPV6_MTU = 24;
/** Enables the error queue. */
export const IPV6_RECVERR = 25;
/** Restricts the socket to IPv6, without IPv4-mapped addresses. */
export const IPV6_V6ONLY = 26;
/** Joins an anycast group. */
export const IPV6_JOIN_ANYCAST = 27;
/** Leaves an anycast group. */
export const IPV6_LEAVE_ANYCAST = 28;
/** Whether groups joined by other sockets are delivered too. */
export const IPV6_MULTICAST_ALL = 29;
/** Restricts router alert packets to this network namespace. */
export const IPV6_ROUTER_ALERT_ISOLATE = 30;
/** Adds RFC 4884 extensions to error queue messages. */
export const IPV6_RECVERR_RFC4884 = 31;
/** Manages flow labels. */
export const IPV6_FLOWLABEL_MGR = 32;
/** Sends the flow label of the destination address. */
export const IPV6_FLOWINFO_SEND = 33;
/** IPsec policy. */
export const IPV6_IPSEC_POLICY = 34;
/** IPsec policy in the form of xfrm. */
export const IPV6_XFRM_POLICY = 35;
/** Raw sockets: the program supplies the IPv6 header. */
export const IPV6_HDRINCL = 36;
/** Receives `struct in6_pktinfo` control messages. */
export const IPV6_RECVPKTINFO = 49;
/** Packet information, RFC 3542. */
export const IPV6_PKTINFO = 50;
/** Receives the hop limit as a control message. */
export const IPV6_RECVHOPLIMIT = 51;
/** Hop limit of one packet. */
export const IPV6_HOPLIMIT = 52;
/** Receives hop-by-hop options as control messages. */
export const IPV6_RECVHOPOPTS = 53;
/** Hop-by-hop options. */
export const IPV6_HOPOPTS = 54;
/** Destination options before a routing header. */
export const IPV6_RTHDRDSTOPTS = 55;
/** Receives the routing header as a control message. */
export const IPV6_RECVRTHDR = 56;
/** Routing header. */
export const IPV6_RTHDR = 57;
/** Receives destination options as control messages. */
export const IPV6_RECVDSTOPTS = 58;
/** Destination options. */
export const IPV6_DSTOPTS = 59;
/** Receives changes of the path MTU as control messages. */
export const IPV6_RECVPATHMTU = 60;
/** Gets the path MTU. */
export const IPV6_PATHMTU = 61;
/** Does not fragment. */
export const IPV6_DONTFRAG = 62;
/** Receives the traffic class as a control message. */
export const IPV6_RECVTCLASS = 66;
/** Traffic class of sent packets. */
export const IPV6_TCLASS = 67;
/** Chooses flow labels automatically. */
export const IPV6_AUTOFLOWLABEL = 70;
/** Source address selection, RFC 5014. */
export const IPV6_ADDR_PREFERENCES = 72;
/** Minimum hop limit of received packets, RFC 5082. */
export const IPV6_MINHOPCOUNT = 73;
/** Original destination of a redirected packet. */
export const IPV6_ORIGDSTADDR = 74;
/** Receives the original destination; the number of {@linkcode IPV6_ORIGDSTADDR}. */
export const IPV6_RECVORIGDSTADDR = 74;
/** Transparent proxying; needs CAP_NET_ADMIN or CAP_NET_RAW. */
export const IPV6_TRANSPARENT = 75;
/** Interface for outgoing unicast. */
export const IPV6_UNICAST_IF = 76;
/** Receives the largest fragment's size as a control message. */
export const IPV6_RECVFRAGSIZE = 77;
/** Allows `bind` to addresses that are not local or do not exist yet. */
export const IPV6_FREEBIND = 78;

// Values of IPV6_MTU_DISCOVER: linux/in6.h
/** Never discovers; fragments at the minimum MTU. */
export const IPV6_PMTUDISC_DONT = 0;
/** Decides by route. */
export const IPV6_PMTUDISC_WANT = 1;
/** Always discovers. */
export const IPV6_PMTUDISC_DO = 2;
/** Ignores the path MTU. */
export const IPV6_PMTUDISC_PROBE = 3;
/** Uses the interface's MTU. */
export const IPV6_PMTUDISC_INTERFACE = 4;
/** Like {@linkcode IPV6_PMTUDISC_INTERFACE}, but may fragment. */
export const IPV6_PMTUDISC_OMIT = 5;
