#!/bin/bash
# A private Docker engine for machines that have none: `engine.sh start`, `engine.sh stop`, `engine.sh env`.
# README.md beside this file says what it is for and where it stops.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
HOME_DIR=${ENGINE_HOME:-$HOME/.cache/hub-engine}
PID_FILE=$HOME_DIR/dockerd.pid
ENV_FILE=$HOME_DIR/env
export DOCKER_HOST=unix://$HOME_DIR/docker.sock DOCKER_CONFIG=$HOME_DIR/config DEBIAN_FRONTEND=noninteractive

step() { # step NAME COMMAND... : runs it and says how long it took
  local name=$1 begin=$SECONDS
  shift
  "$@"
  printf '%-28s %3d s\n' "$name" $((SECONDS - begin)) >&2
}

# The Debian mirror this machine already installs from; the images are made from the same one.
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -v '^ *#' | grep -oE 'https?://[^ ]*/debian/?' | head -n 1
}

running() { docker info >/dev/null 2>&1; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

install_packages() {
  local tool missing=
  for tool in docker dockerd mmdebstrap iptables; do command -v "$tool" >/dev/null || missing=yes; done
  if [ -z "$missing" ]; then return; fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends docker.io mmdebstrap iptables >/dev/null 2>&1
}

# Compose v2 and buildx come from the next Debian release; they only need a libc that this one has.
# Own lists and an empty dpkg status keep the machine's package state out of it.
install_plugins() {
  local apt=$HOME_DIR/apt plugins=$DOCKER_CONFIG/cli-plugins
  if [ -x "$plugins/docker-compose" ] && [ -x "$plugins/docker-buildx" ]; then return; fi
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$plugins"
  : > "$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) trixie main" > "$apt/sources.list"
  local options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "Dir::State::status=$apt/status"
    -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$apt" && apt-get "${options[@]}" download docker-compose docker-buildx &&
    for package in *.deb; do dpkg-deb -x "$package" unpacked; done)
  cp "$apt"/unpacked/usr/libexec/docker/cli-plugins/docker-* "$plugins/"
  rm -rf "$apt"
}

start_daemon() {
  # An own bridge address, so that a second engine on the machine is not disturbed.
  setsid dockerd -H "$DOCKER_HOST" --data-root "$HOME_DIR/data" --exec-root "$HOME_DIR/exec" -p "$PID_FILE" \
    --bip 172.30.77.1/24 > "$HOME_DIR/dockerd.log" 2>&1 < /dev/null &
  for _ in $(seq 100); do
    if running; then return; fi
    sleep 0.2
  done
  tail "$HOME_DIR/dockerd.log" >&2
  return 1
}

build_base() {
  has_image debian:trixie-slim && return
  local without=() folder
  for folder in doc man locale; do without+=("--dpkgopt=path-exclude=/usr/share/$folder/*"); done
  mmdebstrap -q --variant=minbase --include=ca-certificates "${without[@]}" trixie - "$(mirror)" |
    docker import -c 'CMD ["bash"]' - debian:trixie-slim >/dev/null
}

build_image() { # build_image TAG DOCKERFILE
  has_image "$1" && return
  local context=$HOME_DIR/build
  mkdir -p "$context"
  cp "$HERE"/images/* /etc/ssl/certs/ca-certificates.crt "$context/"
  docker build -q --network host -t "$1" -f "$context/$2" "$context" >/dev/null
}

write_env() {
  # No image exists for testcontainers' reaper, and /.dockerenv on some machines makes it guess a wrong address.
  cat > "$ENV_FILE" <<END
export DOCKER_HOST=$DOCKER_HOST DOCKER_CONFIG=$DOCKER_CONFIG
export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
export TESTCONTAINERS_CONNECTION_MODE=docker_host
END
}

start() {
  mkdir -p "$HOME_DIR"
  if ! running; then
    step "Debian packages" install_packages
    step "Compose and buildx" install_plugins
    step "dockerd" start_daemon
  fi
  if ! [ -f "$ENV_FILE" ]; then
    step debian:trixie-slim build_base
    step python:3.13-slim build_image python:3.13-slim python.Dockerfile
    step postgres:17 build_image postgres:17 postgres.Dockerfile
    step rabbitmq:4-management build_image rabbitmq:4-management rabbitmq.Dockerfile
    write_env  # last: its presence says that every image is there
  fi
  echo "$ENV_FILE"
}

stop() {
  local pid
  pid=$(cat "$PID_FILE" 2>/dev/null || true)
  # A stale file may name somebody else's process by now.
  if [ -z "$pid" ] || [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dockerd ]; then
    echo "the engine in $HOME_DIR does not run" >&2
    return
  fi
  kill "$pid"
  for _ in $(seq 150); do
    [ -d "/proc/$pid" ] || return 0
    sleep 0.2
  done
  echo "dockerd ($pid) did not end within 30 s" >&2
  return 1
}

case ${1:-start} in
  start) start ;;
  stop) stop ;;
  env) echo "$ENV_FILE" ;;
  *) echo "usage: engine.sh [start|stop|env]" >&2; exit 2 ;;
esac
