#!/bin/sh
set -eu

if command -v docker > /dev/null; then
  docker ps
fi
