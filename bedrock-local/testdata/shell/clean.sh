#!/usr/bin/env bash
# Archives a folder; `rm -rf $x/` in a comment is only a comment.
set -euo pipefail

folder="$1"
target=${2:-/var/backups}
here="$(cd "$(dirname "$0")" && pwd)"

cat <<EOF
Archiving $folder to $target
EOF

for file in "$folder"/*.log; do
  if [[ -f $file && $(wc -l < "$file") -gt 0 ]]; then
    gzip -k "$file"
  fi
done

count=$((${#folder} + 1))
cd "$here"
tar czf "$target/logs-$count.tgz" -C "$folder" .
