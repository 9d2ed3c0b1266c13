#!/bin/sh
# Builds the guests from source: build.sh [NAME…], by default all of them.
#
# Needs Debian's clang-19, lld-19, wasi-libc and libclang-rt-19-dev-wasm32, Node, and npm's registry.
# VMSOCK_NPM names a folder for the npm packages, to be used again. The WIT in lib/guest/wit/wit is
# what the guests are linked against, so that a mistake in it fails here.
set -e
cd "$(dirname "$0")"
npm_folder=${VMSOCK_NPM:-$(mktemp -d)}
if [ ! -d "$npm_folder/node_modules/@bytecodealliance/jco" ]; then
  (cd "$npm_folder" && npm install --silent --no-audit --no-fund --prefix . \
    @bytecodealliance/jco@1.35.0 @bytecodealliance/preview2-shim@0.26.1)
fi
work=$(mktemp -d)
cp ../wasi_p2/componentize.mjs "$npm_folder/"
for source in *.c; do
  name=${source%.c}
  if [ $# -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  clang-19 --target=wasm32-wasi --sysroot=/usr -I/usr/include/wasm32-wasi -Iinclude -O2 -s -nostartfiles -Wall \
    -Wno-unused-function -o "$work/$name.wasm" "$source"
  node "$npm_folder/componentize.mjs" "$work/$name.wasm" "$name.component.wasm" "$PWD/guest.wit" \
    "$PWD/../../../lib/guest/wit/wit"
  echo "$name.component.wasm: $(wc -c < "$name.component.wasm") bytes"
done
rm -r "$work"
[ -n "$VMSOCK_NPM" ] || rm -r "$npm_folder"
