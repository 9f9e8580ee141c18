#!/bin/bash
set -euo pipefail
# Deploys the site.
git pull
npm run build
rsync -a dist/ web:/srv/site/
