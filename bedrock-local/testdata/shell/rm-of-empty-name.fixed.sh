#!/bin/bash
set -e

BUILD_DIR=$1
rm -rf "${BUILD_DIR:?}"/*
