#!/bin/bash
set -euo pipefail

while read -r line; do
  printf '%s\n' "$line"
done < paths.txt
