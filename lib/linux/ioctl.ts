/**
 * Requests of `ioctl(2)` for descriptors, sockets and terminals.
 *
 * @module
 */

// Descriptors of any kind: asm-generic/ioctls.h
/** Gets the number of bytes that can be read, an int. */
export const FIONREAD = 0x541b;
/** Sets or clears `O_NONBLOCK`, from an int. */
export const FIONBIO = 0x5421;
/** Sets `FD_CLOEXEC`. */
export const FIOCLEX = 0x5451;
/** Clears `FD_CLOEXEC`. */
export const FIONCLEX = 0x5450;
/** Sets or clears `O_ASYNC`, from an int. */
export const FIOASYNC = 0x5452;

// Sockets: linux/sockios.h, asm-generic/sockios.h
/** Gets the number of bytes in the receive queue; the number of {@linkcode FIONREAD}. */
export const SIOCINQ = 0x541b;
/** Gets the number of bytes not yet acknowledged; the number of {@linkcode TIOCOUTQ}. */
export const SIOCOUTQ = 0x5411;
/** Gets whether the next byte is the out-of-band mark. */
export const SIOCATMARK = 0x8905;
/** Gets the number of bytes not yet sent. */
export const SIOCOUTQNSD = 0x894b;
/** Gets the interfaces and their addresses. */
export const SIOCGIFCONF = 0x8912;
/** Gets an interface's index. */
export const SIOCGIFINDEX = 0x8933;
/** Gets an interface's name by its index. */
export const SIOCGIFNAME = 0x8910;

// Terminals: asm-generic/ioctls.h
/** Gets `struct termios`. */
export const TCGETS = 0x5401;
/** Sets `struct termios` at once. */
export const TCSETS = 0x5402;
/** Gets the foreground process group. */
export const TIOCGPGRP = 0x540f;
/** Gets the number of bytes in the output queue. */
export const TIOCOUTQ = 0x5411;
/** Gets `struct winsize`. */
export const TIOCGWINSZ = 0x5413;
/** Sets `struct winsize`. */
export const TIOCSWINSZ = 0x5414;
/** Gets the number of bytes in the input queue; the number of {@linkcode FIONREAD}. */
export const TIOCINQ = 0x541b;
