#!/bin/bash
# Copies a folder to a backup disk, keeps the last copies, and says how it went.
#
# Usage: backup.sh FOLDER DISK [KEEP]

FOLDER=$1
DISK=$2
KEEP=${3:-7}
STAMP=$(date +%Y-%m-%d_%H%M)
TARGET=$DISK/backup_$STAMP
LOG=/tmp/backup.log

usage() {
    echo "Usage: $0 FOLDER DISK [KEEP]"
    exit 1
}

if [ -z $FOLDER ] || [ -z $DISK ]; then
    usage
fi

if ! mountpoint -q $DISK; then
    echo "$DISK is not mounted" >> $LOG
fi

mkdir -p $TARGET
cd $FOLDER
for file in `find . -type f`; do
    mkdir -p $TARGET/$(dirname $file)
    cp -p $file $TARGET/$file
done

cd $DISK
rm -rf $(ls -t | grep backup_ | tail -n +$((KEEP + 1)))

size=$(du -sh $TARGET | cut -f1)
echo "$STAMP: copied $size from $FOLDER" >> $LOG

if [ $? -eq 0 ]; then
    echo "done: $size"
else
    echo "failed, see $LOG"
    exit 2
fi
