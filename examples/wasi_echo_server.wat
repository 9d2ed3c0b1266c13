;; An echo server of WASI preview 1, which has no call to make a socket: it finds one that listens.
;;
;;   npx -y -p wabt wat2wasm examples/wasi_echo_server.wat -o wasi_echo_server.wasm
;;   vmsock run --tcplisten 127.0.0.1:7777 wasi_echo_server.wasm
;;
;; Clients are served one after the other, each until it sends no more. Exit status: WASI's errno, if
;; a client cannot be accepted. A compiler for wasm32-wasip1 makes the same imports of accept, read
;; and write.
(module
  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags"
    (func $fd_fdstat_set_flags (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept"
    (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 2)

  ;; Without --dir the first socket of --tcplisten is descriptor 3.
  (global $LISTENER i32 (i32.const 3))
  ;; Where the calls write results: a descriptor, a count.
  (global $client i32 (i32.const 0))
  (global $count i32 (i32.const 4))
  ;; struct iovec: address and length
  (global $iovec i32 (i32.const 8))
  (global $buffer i32 (i32.const 1024))

  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  (func $set_iovec (param $address i32) (param $length i32)
    (i32.store (global.get $iovec) (local.get $address))
    (i32.store offset=4 (global.get $iovec) (local.get $length)))

  ;; Writes all bytes between two addresses; whether that worked.
  (func $write_all (param $fd i32) (param $at i32) (param $end i32) (result i32)
    (loop $more
      (if (i32.eq (local.get $at) (local.get $end)) (then (return (i32.const 1))))
      (call $set_iovec (local.get $at) (i32.sub (local.get $end) (local.get $at)))
      (if (call $fd_write (local.get $fd) (global.get $iovec) (i32.const 1) (global.get $count))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.load (global.get $count))))
      (br $more))
    (unreachable))

  ;; Sends back what a client sends, until it sends no more, or is gone.
  (func $echo (param $fd i32)
    (loop $more
      (call $set_iovec (global.get $buffer) (i32.const 65536))
      (if (call $fd_read (local.get $fd) (global.get $iovec) (i32.const 1) (global.get $count))
        (then (return)))
      (if (i32.eqz (i32.load (global.get $count))) (then (return)))
      (br_if $more (call $write_all (local.get $fd) (global.get $buffer)
        (i32.add (global.get $buffer) (i32.load (global.get $count)))))))

  (func (export "_start")
    ;; Sockets of --tcplisten do not wait at first, for the sake of programs that poll. This one waits.
    (call $check (call $fd_fdstat_set_flags (global.get $LISTENER) (i32.const 0)))
    (loop $next
      (call $check (call $sock_accept
        (global.get $LISTENER) (i32.const 0) (global.get $client)))
      (call $echo (i32.load (global.get $client)))
      (drop (call $fd_close (i32.load (global.get $client))))
      (br $next))))
