#!/bin/sh
# Builds the guests from source: build.sh [NAME…], by default all of them.
#
# Needs Debian's clang-19, lld-19, wasi-libc and libclang-rt-19-dev-wasm32; for the guest in Rust, rustc
# with the target wasm32-wasip1, without which it stays as it is. The guest in Go is built by its test.
set -e
cd "$(dirname "$0")"

wanted() {
  case " $2 " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# build_c NAME SOURCE [FLAG…]
build_c() {
  name=$1 source=$2
  shift 2
  clang-19 --target=wasm32-wasi --sysroot=/usr -I/usr/include/wasm32-wasi -Os -Wall \
    -Wl,--strip-all "$@" -o "$name.wasm" "$source"
  echo "$name.wasm: $(wc -c < "$name.wasm") bytes"
}

names="$*"
for name in posix server sockets_v1 sockets_v2 rust; do
  [ -z "$names" ] || wanted "$name" "$names" || continue
  case $name in
    sockets_v*) build_c "$name" sockets.c "-DVERSION=${name#sockets_v}" ;;
    rust)
      if ! rustc --print target-libdir --target wasm32-wasip1 > /dev/null 2>&1 ||
        [ ! -d "$(rustc --print target-libdir --target wasm32-wasip1)" ]; then
        echo "rust.wasm: left as it is, rustc has no target wasm32-wasip1"
        continue
      fi
      rustc --target wasm32-wasip1 -C opt-level=z -C lto -C strip=symbols -C panic=abort \
        -C codegen-units=1 -o rust.wasm rust/guest.rs
      echo "rust.wasm: $(wc -c < rust.wasm) bytes"
      ;;
    *) build_c "$name" "$name.c" ;;
  esac
done
