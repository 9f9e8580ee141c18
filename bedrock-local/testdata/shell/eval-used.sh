#!/bin/bash
set -euo pipefail

eval "$1"
