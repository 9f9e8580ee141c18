#!/bin/bash
set -euo pipefail

source_file=$1
cp "$source_file" /backup/"$USER"/
