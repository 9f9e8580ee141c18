#!/bin/bash
set -euo pipefail

chmod -R 777 /srv/uploads
