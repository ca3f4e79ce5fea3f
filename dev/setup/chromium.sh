#!/usr/bin/env bash
# Installs Debian's Chromium, which the tests of the studio's pages drive, where it is missing and this user may.
set -u
if command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "chromium: not installed, and this user cannot install it"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -q --no-install-recommends chromium >/dev/null 2>&1; }
install || { apt-get update -q >/dev/null 2>&1 && install; }
