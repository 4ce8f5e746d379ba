#!/bin/sh
# archive.sh PATH NAME, as PostgreSQL's archive_command: keeps a file of its log in WAL_ARCHIVE, whole and once. A file of that
# name with other content is an error, which PostgreSQL logs and tries again: it is another server's archive.
set -eu
: "${WAL_ARCHIVE:?names the folder of the archive}"
if [ -e "$WAL_ARCHIVE/$2" ]; then
  cmp -s "$1" "$WAL_ARCHIVE/$2"
  exit
fi
cp "$1" "$WAL_ARCHIVE/$2.part"
sync "$WAL_ARCHIVE/$2.part"
mv "$WAL_ARCHIVE/$2.part" "$WAL_ARCHIVE/$2"
sync "$WAL_ARCHIVE"
