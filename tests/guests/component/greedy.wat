;; Takes more than it should, and has no room for what it is given.
(component
  (type $thing' (resource (rep i32)))
  (import "things" (instance $things
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (list (own $thing)))))))
  (import "take" (func $take (param "texts" (list string))))
  (import "give" (func $give (result string)))
  (core module $memory
    (memory (export "memory") 700)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (unreachable)))
  (core instance $m (instantiate $memory))
  (core func $take-core (canon lower (func $take) (memory (core memory $m "memory"))))
  (core func $give-core (canon lower (func $give) (memory (core memory $m "memory"))
    (realloc (core func $m "realloc"))))
  (core func $make-core (canon lower (func $things "make") (memory (core memory $m "memory"))
    (realloc (core func $m "realloc"))))
  ;; Its realloc calls out, which it must not.
  (core module $caller
    (import "" "give" (func $give (param i32)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $give (i32.const 0)) (i32.const 64)))
  (core instance $c (instantiate $caller (with "" (instance (export "give" (func $give-core))))))
  (core func $give-caller (canon lower (func $give) (memory (core memory $c "memory"))
    (realloc (core func $c "realloc"))))
  (core module $main
    (import "" "take" (func $take (param i32 i32)))
    (import "" "give" (func $give (param i32)))
    (import "" "make" (func $make (param i32)))
    (func (export "take") (param i32) (call $take (i32.const 0) (local.get 0)))
    (func (export "give") (call $give (i32.const 0)))
    (func (export "make") (call $make (i32.const 0))))
  (core instance $i (instantiate $main (with "" (instance
    (export "take" (func $take-core)) (export "give" (func $give-caller))
    (export "make" (func $make-core))))))
  (func (export "take") (param "count" u32) (canon lift (core func $i "take")))
  (func (export "give") (canon lift (core func $i "give")))
  (func (export "make") (canon lift (core func $i "make"))))
