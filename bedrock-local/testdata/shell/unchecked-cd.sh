#!/bin/sh
set -u

cd /srv/app # the release
make install
