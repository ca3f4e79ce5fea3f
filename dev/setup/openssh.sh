#!/usr/bin/env bash
# Installs Debian's OpenSSH server, which the tests of runs over ssh start on a port of their own, where it is missing and
# this user may. Nothing is left running: those tests start and end a server themselves.
set -u
if [ -x /usr/sbin/sshd ]; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "openssh: no server installed, and this user cannot install it"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
install() { RUNLEVEL=1 apt-get install -y -q --no-install-recommends openssh-server >/dev/null 2>&1; }
install || { apt-get update -q >/dev/null 2>&1 && install; }
