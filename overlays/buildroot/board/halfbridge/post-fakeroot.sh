#!/bin/sh
# Takes away what makes a user root: Buildroot's BusyBox has it, for su and login. Buildroot calls it with the root
# file system's folder, after it has given files the modes that packages ask for.
set -eu
find "$1" -xdev -type f -perm /6000 -exec chmod ug-s {} +
