#!/bin/sh
set -eu

today=$(date +%F)
echo "$today"
