;; An echo server: numbered system calls of Linux from a WebAssembly module.
;;
;;   npx wat2wasm examples/echo_server.wat -o echo_server.wasm       (npm: wabt)
;;   vmsock run echo_server.wasm [PORT [CONNECTIONS]]
;;
;; It listens on 127.0.0.1 (PORT 0 or none: Linux picks), says where, and sends back what each client
;; sends, one client after the other; with CONNECTIONS it ends after that many. Exit status 1 and the
;; negated errno on standard error if a call fails.
(module
  (import "linux" "syscall"
    (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))

  (memory (export "memory") 2)

  (global $READ i64 (i64.const 63))
  (global $WRITE i64 (i64.const 64))
  (global $CLOSE i64 (i64.const 57))
  (global $SOCKET i64 (i64.const 198))
  (global $BIND i64 (i64.const 200))
  (global $LISTEN i64 (i64.const 201))
  (global $ACCEPT i64 (i64.const 202))
  (global $GETSOCKNAME i64 (i64.const 204))

  ;; struct sockaddr_in: AF_INET, port in network order, 127.0.0.1
  (data (i32.const 16) "\02\00\00\00\7f\00\00\01\00\00\00\00\00\00\00\00")
  ;; socklen_t
  (data (i32.const 32) "\10\00\00\00")
  (data (i32.const 64) "listening on 127.0.0.1:")
  (data (i32.const 96) "echo_server: failed with ")
  (global $digits i32 (i32.const 160))
  (global $buffer i32 (i32.const 1024))

  ;; A call with three arguments.
  (func $call (param $number i64) (param $a i32) (param $b i32) (param $c i32) (result i32)
    (i32.wrap_i64 (call $syscall
      (local.get $number)
      (i64.extend_i32_s (local.get $a))
      (i64.extend_i32_u (local.get $b))
      (i64.extend_i32_u (local.get $c))
      (i64.const 0) (i64.const 0) (i64.const 0))))

  ;; The number that a string of digits stands for.
  (func $parse (param $text i32) (result i32) (local $value i32) (local $byte i32)
    (loop $next
      (local.set $byte (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
      (if (i32.lt_u (local.get $byte) (i32.const 10)) (then
        (local.set $value (i32.add
          (i32.mul (local.get $value) (i32.const 10)) (local.get $byte)))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (br $next))))
    (local.get $value))

  ;; Writes all of some bytes; returns how many, or a negated errno.
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

  ;; Writes a number and a line feed.
  (func $print_number (param $fd i32) (param $value i32) (local $at i32)
    (local.set $at (i32.add (global.get $digits) (i32.const 11)))
    (i32.store8 (local.get $at) (i32.const 10))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
      (local.set $value (i32.div_u (local.get $value) (i32.const 10)))
      (br_if $next (local.get $value)))
    (drop (call $write_all (local.get $fd) (local.get $at)
      (i32.sub (i32.add (global.get $digits) (i32.const 12)) (local.get $at)))))

  ;; Says which errno a call failed with.
  (func $fail (param $result i32) (result i32)
    (drop (call $write_all (i32.const 2) (i32.const 96) (i32.const 25)))
    (call $print_number (i32.const 2) (i32.sub (i32.const 0) (local.get $result)))
    (i32.const 1))

  ;; A port between the machine's byte order and the network's.
  (func $swap (param $port i32) (result i32)
    (i32.or
      (i32.and (i32.shl (local.get $port) (i32.const 8)) (i32.const 0xff00))
      (i32.shr_u (local.get $port) (i32.const 8))))

  ;; Sends back what a client sends, until it sends no more.
  (func $echo (param $client i32) (local $count i32)
    (loop $next
      (local.set $count (call $call (global.get $READ) (local.get $client)
        (global.get $buffer) (i32.const 65536)))
      (if (i32.gt_s (local.get $count) (i32.const 0)) (then
        (br_if $next (i32.eq (local.get $count)
          (call $write_all (local.get $client) (global.get $buffer) (local.get $count)))))))
    (drop (call $call (global.get $CLOSE) (local.get $client) (i32.const 0) (i32.const 0))))

  (func (export "main") (param $argc i32) (param $argv i32) (result i32)
    (local $left i32) (local $listener i32) (local $result i32)
    (local.set $left (i32.const -1))
    (if (i32.gt_s (local.get $argc) (i32.const 1)) (then
      (i32.store16 (i32.const 18)
        (call $swap (call $parse (i32.load offset=4 (local.get $argv)))))))
    (if (i32.gt_s (local.get $argc) (i32.const 2)) (then
      (local.set $left (call $parse (i32.load offset=8 (local.get $argv))))))

    ;; socket(AF_INET, SOCK_STREAM, 0), bind, listen, getsockname
    (local.set $listener (call $call (global.get $SOCKET)
      (i32.const 2) (i32.const 1) (i32.const 0)))
    (if (i32.lt_s (local.get $listener) (i32.const 0)) (then
      (return (call $fail (local.get $listener)))))
    (local.set $result (call $call (global.get $BIND)
      (local.get $listener) (i32.const 16) (i32.const 16)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then
      (return (call $fail (local.get $result)))))
    (local.set $result (call $call (global.get $LISTEN)
      (local.get $listener) (i32.const 128) (i32.const 0)))
    (if (i32.lt_s (local.get $result) (i32.const 0)) (then
      (return (call $fail (local.get $result)))))
    (drop (call $call (global.get $GETSOCKNAME)
      (local.get $listener) (i32.const 16) (i32.const 32)))
    (drop (call $write_all (i32.const 1) (i32.const 64) (i32.const 23)))
    (call $print_number (i32.const 1) (call $swap (i32.load16_u (i32.const 18))))

    (loop $next
      (if (local.get $left) (then
        (local.set $result (call $call (global.get $ACCEPT)
          (local.get $listener) (i32.const 0) (i32.const 0)))
        (if (i32.lt_s (local.get $result) (i32.const 0)) (then
          (return (call $fail (local.get $result)))))
        (call $echo (local.get $result))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
    (i32.const 0)))
