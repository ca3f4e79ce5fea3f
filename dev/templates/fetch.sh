#!/usr/bin/env bash
# Chat templates of much used models (models.json beside this), as their makers wrote them, into .local/templates: from
# the sources of llama.cpp that node-llama-cpp brings along, and from TRL's wheel. They are not part of this project;
# what is committed of them are hashes: tests/fixtures/text/popular.json.
set -eu
cd "$(dirname "$0")/../.."
. dev/setup/fetch.sh
say() { printf '%s\n' "templates: $*"; }

fetch_wheel trl trl.txt
sources="$local_dir/llama.cpp-templates"
if [ ! -d "$sources/models" ]; then
  peers=$(dev/setup/peers/node.sh)
  bundle="$peers/node_modules/node-llama-cpp/llama/gitRelease.bundle"
  rm -rf "$sources" "$sources.part"
  git clone --quiet --no-checkout "$bundle" "$sources.part" 2>/dev/null
  git -C "$sources.part" checkout --quiet HEAD -- models/templates
  mv "$sources.part" "$sources"
fi
rm -rf "$local_dir/templates.part"
mkdir -p "$local_dir/templates.part"
node --input-type=module -e '
  import { copyFileSync, readFileSync } from "node:fs";
  const [local, part] = process.argv.slice(1);
  const folders = { "llama.cpp": `${local}/llama.cpp-templates/models/templates`, trl: `${local}/trl/trl/chat_templates` };
  const models = JSON.parse(readFileSync("dev/templates/models.json", "utf8"));
  const found = models.filter(([, source]) => source !== null);
  for (const [model, source, name] of found)
    copyFileSync(`${folders[source]}/${name}.jinja`, `${part}/${model.replaceAll("/", "--")}.jinja`);
  const missing = models.filter(([, source]) => source === null).map(([model]) => model);
  console.log(`templates: ${found.length} of ${models.length}; not in these sources: ${missing.join(", ")}`);
' "$local_dir" "$local_dir/templates.part"
rm -rf "$local_dir/templates"
mv "$local_dir/templates.part" "$local_dir/templates"
