#!/bin/sh
# Builds the components from source. Needs Node and npm's registry; VMSOCK_NPM names a folder for the
# npm packages, to be used again.
set -e
cd "$(dirname "$0")"
npm_folder=${VMSOCK_NPM:-$(mktemp -d)}
if [ ! -d "$npm_folder/node_modules/@bytecodealliance/jco" ]; then
  (cd "$npm_folder" && npm install --silent --no-audit --no-fund --prefix . \
    @bytecodealliance/jco@1.35.0 @bytecodealliance/preview2-shim@0.26.1)
fi
cp build.mjs "$npm_folder/build_components.mjs"
node "$npm_folder/build_components.mjs" "$PWD"
rm "$npm_folder/build_components.mjs"
[ -n "$VMSOCK_NPM" ] || rm -r "$npm_folder"
