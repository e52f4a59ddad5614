# shellcheck shell=sh
# profiles: NAME|TITLE|PACKAGES|SUPPORTED DEVICES|IMAGES (TYPE:FILESYSTEM:LIMIT IN BYTES)
# packages: NAME VERSION, all that there are
defaults="base-files busybox dnsmasq dropbear firewall4 netifd nftables-json odhcpd-ipv6only procd"
resolved=$(mktemp)
trap 'rm -f "$resolved"' EXIT
uses_apk() { grep -qx 'CONFIG_USE_APK=y' .config; }
field() { grep "^$1|" profiles | cut -d '|' -f "$2"; }

check_profile() {
  grep -q "^$PROFILE|" profiles && return
  echo "Profile \"$PROFILE\" does not exist!"
  echo 'Use "make info" to get a list of available profile names.'
  exit 1
}

# All that is asked for, less what is asked to go; one that there isn't ends it as the package manager would.
resolve() {
  status=0
  manager=opkg
  if uses_apk; then manager=apk; fi
  awk -v wanted="$defaults $(field "$PROFILE" 3) $PACKAGES" -v manager="$manager" '
    { version[$1] = $2 }
    END {
      count = split(wanted, names, " ")
      for (at = 1; at <= count; at++) if (sub(/^-/, "", names[at])) gone[names[at]] = 1
      for (at = 1; at <= count; at++) {
        name = names[at]
        if (name in gone) continue
        if (name in version) {
          print name (manager == "apk" ? " " : " - ") version[name]
          continue
        }
        unknown = 1
        if (manager == "apk")
          printf "ERROR: unable to select packages:\n  %s (no such package):\n    required by: world[%s]\n", name, name > "/dev/stderr"
        else print " * opkg_install_cmd: Cannot install package " name "." > "/dev/stderr"
      }
      exit unknown
    }' packages > "$resolved" || status=1
  sort -u -o "$resolved" "$resolved"
  [ $status = 0 ] || exit 1
}
