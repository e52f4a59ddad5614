#!/bin/sh
# check-dotconfig CONFIG DEFCONFIG: says which lines the configuration has lost. (Buildroot's is in Python; the
# name is the same.)
grep -E '^BR2_|^# BR2_.* is not set$' "$2" | grep -vxFf "$1" > "$1.lost" || exit 0
echo "WARN: defconfig $2 can't be used:"
sed 's/^/      Missing: /' "$1.lost"
exit 1
