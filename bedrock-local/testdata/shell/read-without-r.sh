#!/bin/bash
set -euo pipefail

while read line; do
  printf '%s\n' "$line"
done < paths.txt
