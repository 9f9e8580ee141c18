#!/bin/sh
set -eu

if [ "$1" = "start" ]; then
  systemctl start app
fi
