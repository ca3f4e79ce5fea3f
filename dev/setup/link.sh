#!/usr/bin/env bash
# Puts ft and finetune on the path as links into this clone: into PREFIX/bin when PREFIX is set, else ~/.local/bin.
set -eu
cd "$(dirname "$0")/../.."
folder="${PREFIX:-$HOME/.local}/bin"
mkdir -p "$folder"
for program in ft finetune; do
  ln -sf "$PWD/dist/cli/main.js" "$folder/$program"
  echo "linked $folder/$program"
done
case ":$PATH:" in
  *":$folder:"*) ;;
  *) printf '%s is not on your path yet. Add this line to your shell profile:\n  export PATH="%s:$PATH"\n' "$folder" "$folder" ;;
esac
echo "undo: rm $folder/ft $folder/finetune"
