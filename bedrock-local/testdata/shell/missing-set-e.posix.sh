#!/bin/sh
make clean
make install
