#!/usr/bin/env bash
# Makes the TypeScript of src/remote/tinker/wire/tinker.proto anew, with the generator in a folder of its own: it is
# needed when the schema changes and at no other time, so that no clone carries a compiler.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
tools=$(mktemp -d)
trap 'rm -r "$tools"' EXIT
cd "$tools"
npm init -y >/dev/null
npm install --save-exact --no-audit --no-fund @bufbuild/buf@1.75.0 @bufbuild/protoc-gen-es@2.17.0 >/dev/null
cat >buf.gen.yaml <<'GEN'
version: v2
plugins:
  - local: node_modules/.bin/protoc-gen-es
    out: out
    opt: [target=ts, import_extension=ts, erasable_syntax=true]
GEN
cp "$root/src/remote/tinker/wire/tinker.proto" .
node_modules/.bin/buf generate tinker.proto
cp out/tinker_pb.ts "$root/src/remote/tinker/wire/tinker_pb.ts"
