;; An echo server with a thread for each client: a WebAssembly module whose memory is shared.
;;
;;   npx wat2wasm --enable-threads examples/thread_echo_server.wat -o thread_echo_server.wasm
;;   vmsock run thread_echo_server.wasm [PORT [CONNECTIONS]]
;;
;; As echo_server.wat, except that clients do not wait for each other. Threads take --allow-ffi, and
;; --allow-read for vmsock's own files. Exit status 1 and the negated errno on standard error if a call
;; of the first thread fails.
(module
  (import "linux" "syscall"
    (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
  ;; Starts a thread: one more instance of this module, in which wasi_thread_start is called.
  (import "wasi" "thread-spawn" (func $thread_spawn (param i32) (result i32)))
  (import "env" "memory" (memory 1 16384 shared))

  (global $READ i64 (i64.const 63))
  (global $WRITE i64 (i64.const 64))
  (global $CLOSE i64 (i64.const 57))
  (global $SOCKET i64 (i64.const 198))
  (global $BIND i64 (i64.const 200))
  (global $LISTEN i64 (i64.const 201))
  (global $ACCEPT i64 (i64.const 202))
  (global $GETSOCKNAME i64 (i64.const 204))
  (global $MUNMAP i64 (i64.const 215))
  (global $MMAP i64 (i64.const 222))

  ;; What is copied into memory once, by the first thread: each instance would copy segments that say
  ;; where they belong. At 16 struct sockaddr_in: AF_INET, port in network order, 127.0.0.1; at 32 a
  ;; socklen_t; at 64 and 96 texts.
  (data $texts
    "\02\00\00\00\7f\00\00\01\00\00\00\00\00\00\00\00"
    "\10\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
    "listening on 127.0.0.1:\00\00\00\00\00\00\00\00\00thread_echo_server: failed with ")
  (global $digits i32 (i32.const 160))
  ;; How many threads serve.
  (global $serving i32 (i32.const 192))
  (global $buffer_size i32 (i32.const 65536))

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
    (drop (call $write_all (i32.const 2) (i32.const 96) (i32.const 32)))
    (call $print_number (i32.const 2) (i32.sub (i32.const 0) (local.get $result)))
    (i32.const 1))

  ;; A port between the machine's byte order and the network's.
  (func $swap (param $port i32) (result i32)
    (i32.or
      (i32.and (i32.shl (local.get $port) (i32.const 8)) (i32.const 0xff00))
      (i32.shr_u (local.get $port) (i32.const 8))))

  ;; A buffer: mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, −1, 0).
  (func $allocate (result i32)
    (i32.wrap_i64 (call $syscall (global.get $MMAP)
      (i64.const 0) (i64.extend_i32_u (global.get $buffer_size)) (i64.const 3) (i64.const 0x22)
      (i64.const -1) (i64.const 0))))

  ;; Sends back what a client sends, until it sends no more.
  (func $echo (param $client i32) (local $buffer i32) (local $count i32)
    (local.set $buffer (call $allocate))
    (loop $next
      (local.set $count (call $call (global.get $READ) (local.get $client)
        (local.get $buffer) (global.get $buffer_size)))
      (if (i32.gt_s (local.get $count) (i32.const 0)) (then
        (br_if $next (i32.eq (local.get $count)
          (call $write_all (local.get $client) (local.get $buffer) (local.get $count)))))))
    (drop (call $call (global.get $MUNMAP)
      (local.get $buffer) (global.get $buffer_size) (i32.const 0)))
    (drop (call $call (global.get $CLOSE) (local.get $client) (i32.const 0) (i32.const 0))))

  ;; What a thread does: serves the client that its argument is.
  (func (export "wasi_thread_start") (param $tid i32) (param $client i32)
    (call $echo (local.get $client))
    (drop (i32.atomic.rmw.sub (global.get $serving) (i32.const 1)))
    (drop (memory.atomic.notify (global.get $serving) (i32.const 1))))

  ;; Waits until no thread serves.
  (func $join (local $count i32)
    (loop $next
      (local.set $count (i32.atomic.load (global.get $serving)))
      (if (local.get $count) (then
        (drop (memory.atomic.wait32 (global.get $serving) (local.get $count) (i64.const -1)))
        (br $next)))))

  (func (export "main") (param $argc i32) (param $argv i32) (result i32)
    (local $left i32) (local $listener i32) (local $result i32)
    (memory.init $texts (i32.const 16) (i32.const 0) (i32.const 112))
    (data.drop $texts)
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
        (drop (i32.atomic.rmw.add (global.get $serving) (i32.const 1)))
        ;; Without a thread for it the client is served here.
        (if (i32.lt_s (call $thread_spawn (local.get $result)) (i32.const 0)) (then
          (call $echo (local.get $result))
          (drop (i32.atomic.rmw.sub (global.get $serving) (i32.const 1)))))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
    (call $join)
    (i32.const 0)))
