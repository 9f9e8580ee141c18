#!/bin/bash
set -euo pipefail

export DB_PASSWORD="s3cr3t-of-the-shop"
pg_dump shop > shop.sql
