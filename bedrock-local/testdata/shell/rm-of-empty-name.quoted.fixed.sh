#!/bin/bash
set -e

sudo rm -rf "${PREFIX:?}/lib"
