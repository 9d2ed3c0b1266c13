;; How a call takes a reference to what a number means, and gives it back. shared_table.ts says why it
;; is right; process_memory.ts has the layout. Addresses are bytes.
(module
  (import "process" "memory" (memory 1 65536 shared))
  ;; Where the slots are, how many, and where the records are.
  (import "process" "slots" (global $slots i32))
  (import "process" "numbers" (global $numbers i32))
  (import "process" "records" (global $records i32))
  ;; The word that says that this thread is inside of a call.
  (import "thread" "busy" (global $busy i32))

  ;; The word of the record with a number, which counts from 1, that counts references.
  (func $count (param $record i32) (result i32)
    (i32.add
      (global.get $records)
      (i32.shl (i32.sub (local.get $record) (i32.const 1)) (i32.const 6))))

  ;; Takes a reference to what a number refers to, and names the record at $pin. Returns the record's
  ;; number, from 1; 0 if the number is not open; negated, a record that has to be ended because the
  ;; last reference to it was the one that was taken and given back: then nothing is taken yet.
  (func (export "acquire") (param $fd i32) (param $pin i32) (result i32)
    (local $slot i32)
    (local $record i32)
    (local $count i32)
    (local $references i32)
    (if (i32.ge_u (local.get $fd) (global.get $numbers))
      (then (return (i32.const 0))))
    ;; Plain stores will do: the exchange and the subtraction that follow them order them.
    (i32.store (global.get $busy) (i32.const 1))
    (local.set $slot
      (i32.add (global.get $slots) (i32.shl (local.get $fd) (i32.const 2))))
    (loop $again
      (local.set $record
        (i32.shr_s (i32.atomic.load (local.get $slot)) (i32.const 1)))
      ;; Free, or reserved.
      (if (i32.le_s (local.get $record) (i32.const 0))
        (then (return (i32.const 0))))
      (local.set $count (call $count (local.get $record)))
      (local.set $references (i32.atomic.load (local.get $count)))
      ;; Nobody makes a record of 0 references anything again.
      (br_if $again (i32.le_s (local.get $references) (i32.const 0)))
      (br_if $again
        (i32.ne
          (local.get $references)
          (i32.atomic.rmw.cmpxchg
            (local.get $count)
            (local.get $references)
            (i32.add (local.get $references) (i32.const 1)))))
      ;; Does the number still mean this record, which nothing can take away any more?
      (if (i32.eq
            (local.get $record)
            (i32.shr_s (i32.atomic.load (local.get $slot)) (i32.const 1)))
        (then
          (i32.store (local.get $pin) (local.get $record))
          (return (local.get $record))))
      (br_if $again
        (i32.ne
          (i32.atomic.rmw.sub (local.get $count) (i32.const 1))
          (i32.const 1))))
    (i32.sub (i32.const 0) (local.get $record)))

  ;; Gives back the reference to the record that is named at $pin. Returns its number, from 1, if that
  ;; was the last one; else 0.
  (func (export "release") (param $pin i32) (result i32)
    (local $record i32)
    (local.set $record (i32.load (local.get $pin)))
    ;; First it is no longer named, lest it is given back twice.
    (i32.store (local.get $pin) (i32.const 0))
    (if (i32.eq
          (i32.atomic.rmw.sub (call $count (local.get $record)) (i32.const 1))
          (i32.const 1))
      (then (return (local.get $record))))
    (i32.const 0))
)
