#!/bin/sh
# Takes away what makes a user root: Buildroot's BusyBox has it, for su and login. Nor is there a folder or a file that
# every user may write, as Buildroot's /etc/network, unless it is sticky. Buildroot calls it with the root file system's
# folder, after it has given files the modes that packages ask for.
set -eu
find "$1" -xdev -type f -perm /6000 -exec chmod ug-s {} +
find "$1" -xdev ! -type l ! -type c -perm -0002 ! -perm -1000 -exec chmod o-w {} +
