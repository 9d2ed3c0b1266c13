;; Calls that end the component, and what it could do about it.
(component
  (import "fail" (func $fail))
  (import "check" (func $check (result (result u32 (error u32)))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $m (instantiate $memory))
  (core func $fail-core (canon lower (func $fail)))
  (core func $check-core (canon lower (func $check) (memory (core memory $m "memory"))))
  (core module $main
    (import "" "fail" (func $fail))
    (import "" "check" (func $check (param i32)))
    (import "" "memory" (memory 1))
    (func (export "fail") (call $fail))
    ;; A guest may catch every exception of JavaScript, but not its own end.
    (func (export "catch") (result i32)
      (block $caught
        (try_table (catch_all $caught) (call $fail))
        (return (i32.const 1)))
      (i32.const 2))
    (func (export "unreachable") unreachable)
    (func $deep (export "deep") (call $deep) (call $deep))
    (func (export "throw") (throw $e))
    (tag $e)
    (func (export "check") (result i32)
      (call $check (i32.const 64))
      (i32.add (i32.mul (i32.load8_u (i32.const 64)) (i32.const 1000)) (i32.load (i32.const 68)))))
  (core instance $i (instantiate $main (with "" (instance
    (export "fail" (func $fail-core)) (export "check" (func $check-core))
    (export "memory" (memory $m "memory"))))))
  (func (export "fail") (canon lift (core func $i "fail")))
  (func (export "catch") (result u32) (canon lift (core func $i "catch")))
  (func (export "unreachable") (canon lift (core func $i "unreachable")))
  (func (export "deep") (canon lift (core func $i "deep")))
  (func (export "throw") (canon lift (core func $i "throw")))
  (func (export "check") (result u32) (canon lift (core func $i "check"))))
