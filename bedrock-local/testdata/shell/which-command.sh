#!/bin/sh
set -eu

if which docker > /dev/null; then
  docker ps
fi
