#!/bin/bash
set -euo pipefail

for file in *; do
  gzip "$file"
done
