#!/bin/bash
# Deploys the site.
git pull
npm run build
rsync -a dist/ web:/srv/site/
