#!/bin/bash
set -euo pipefail

cat access.log | grep " 500 "
