;; An HTTP client: numbered system calls of Linux from a WebAssembly module.
;;
;;   npx wat2wasm examples/http_get.wat -o http_get.wasm       (npm: wabt)
;;   vmsock run http_get.wasm HOST PORT PATH
;;
;; It writes the response, head and body, to standard output. Exit status 2 for wrong usage, 1 with the
;; negated errno on standard error if a call fails.
(module
  (import "linux" "syscall"
    (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
  ;; The address of argc, behind which argv stands, as at the start of a process.
  (import "linux" "args" (func $args (result i32)))

  (memory (export "memory") 2)

  (global $READ i64 (i64.const 63))
  (global $WRITE i64 (i64.const 64))
  (global $EXIT_GROUP i64 (i64.const 94))
  (global $SOCKET i64 (i64.const 198))
  (global $CONNECT i64 (i64.const 203))
  (global $SENDTO i64 (i64.const 206))
  (global $RESOLVE_HOST i64 (i64.const 300))

  ;; struct sockaddr_in: AF_INET, port in network order, address
  (data (i32.const 16) "\02\00")
  (data (i32.const 64) "usage: http_get HOST PORT PATH\n")
  (data (i32.const 96) "http_get: failed with ")
  (data (i32.const 128) "GET ")
  (data (i32.const 144) " HTTP/1.0\r\nConnection: close\r\nHost: ")
  (data (i32.const 192) "\r\n\r\n")
  (global $digits i32 (i32.const 208))
  (global $buffer i32 (i32.const 1024))

  (func $call (param $number i64) (param $a i32) (param $b i32) (param $c i32) (result i32)
    (i32.wrap_i64 (call $syscall
      (local.get $number)
      (i64.extend_i32_s (local.get $a))
      (i64.extend_i32_u (local.get $b))
      (i64.extend_i32_u (local.get $c))
      (i64.const 0) (i64.const 0) (i64.const 0))))

  (func $exit (param $status i32)
    (drop (call $call (global.get $EXIT_GROUP) (local.get $status) (i32.const 0) (i32.const 0)))
    (unreachable))

  (func $write_all (param $fd i32) (param $address i32) (param $length i32) (result i32)
    (local $done i32) (local $count i32)
    (loop $more
      (if (i32.lt_u (local.get $done) (local.get $length)) (then
        (local.set $count (call $call (global.get $WRITE) (local.get $fd)
          (i32.add (local.get $address) (local.get $done))
          (i32.sub (local.get $length) (local.get $done))))
        (if (i32.lt_s (local.get $count) (i32.const 0)) (then (return (local.get $count))))
        (local.set $done (i32.add (local.get $done) (local.get $count)))
        (br $more))))
    (local.get $done))

  ;; Ends the program if a result is a negated errno; returns it otherwise.
  (func $check (param $result i32) (result i32) (local $at i32) (local $errno i32)
    (if (i32.ge_s (local.get $result) (i32.const 0)) (then (return (local.get $result))))
    (drop (call $write_all (i32.const 2) (i32.const 96) (i32.const 22)))
    (local.set $errno (i32.sub (i32.const 0) (local.get $result)))
    (local.set $at (i32.add (global.get $digits) (i32.const 11)))
    (i32.store8 (local.get $at) (i32.const 10))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $errno) (i32.const 10))))
      (local.set $errno (i32.div_u (local.get $errno) (i32.const 10)))
      (br_if $next (local.get $errno)))
    (drop (call $write_all (i32.const 2) (local.get $at)
      (i32.sub (i32.add (global.get $digits) (i32.const 12)) (local.get $at))))
    (call $exit (i32.const 1))
    (unreachable))

  (func $length (param $text i32) (result i32) (local $at i32)
    (local.set $at (local.get $text))
    (loop $next
      (if (i32.load8_u (local.get $at)) (then
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
    (i32.sub (local.get $at) (local.get $text)))

  (func $parse (param $text i32) (result i32) (local $value i32) (local $byte i32)
    (loop $next
      (local.set $byte (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
      (if (i32.lt_u (local.get $byte) (i32.const 10)) (then
        (local.set $value (i32.add
          (i32.mul (local.get $value) (i32.const 10)) (local.get $byte)))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (br $next))))
    (local.get $value))

  ;; sendto(fd, address, length, MSG_NOSIGNAL, NULL, 0)
  (func $send (param $fd i32) (param $address i32) (param $length i32)
    (drop (call $check (i32.wrap_i64 (call $syscall
      (global.get $SENDTO)
      (i64.extend_i32_s (local.get $fd))
      (i64.extend_i32_u (local.get $address))
      (i64.extend_i32_u (local.get $length))
      (i64.const 0x4000) (i64.const 0) (i64.const 0))))))

  (func (export "_start") (local $argv i32) (local $port i32) (local $fd i32) (local $count i32)
    (local.set $argv (i32.add (call $args) (i32.const 4)))
    (if (i32.ne (i32.load (call $args)) (i32.const 4)) (then
      (drop (call $write_all (i32.const 2) (i32.const 64) (i32.const 31)))
      (call $exit (i32.const 2))))

    (drop (call $check (call $call (global.get $RESOLVE_HOST)
      (i32.load offset=4 (local.get $argv))
      (call $length (i32.load offset=4 (local.get $argv)))
      (i32.const 20))))
    (local.set $port (call $parse (i32.load offset=8 (local.get $argv))))
    (i32.store8 (i32.const 18) (i32.shr_u (local.get $port) (i32.const 8)))
    (i32.store8 (i32.const 19) (local.get $port))

    (local.set $fd (call $check (call $call (global.get $SOCKET)
      (i32.const 2) (i32.const 1) (i32.const 0))))
    (drop (call $check (call $call (global.get $CONNECT)
      (local.get $fd) (i32.const 16) (i32.const 16))))

    (call $send (local.get $fd) (i32.const 128) (i32.const 4))
    (call $send (local.get $fd) (i32.load offset=12 (local.get $argv))
      (call $length (i32.load offset=12 (local.get $argv))))
    (call $send (local.get $fd) (i32.const 144) (i32.const 36))
    (call $send (local.get $fd) (i32.load offset=4 (local.get $argv))
      (call $length (i32.load offset=4 (local.get $argv))))
    (call $send (local.get $fd) (i32.const 192) (i32.const 4))

    (loop $next
      (local.set $count (call $check (call $call (global.get $READ)
        (local.get $fd) (global.get $buffer) (i32.const 65536))))
      (if (local.get $count) (then
        (drop (call $check (call $write_all
          (i32.const 1) (global.get $buffer) (local.get $count))))
        (br $next))))))
