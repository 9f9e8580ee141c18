#!/bin/bash
set -euo pipefail

for file in $(ls); do
  gzip "$file"
done
