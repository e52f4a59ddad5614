# shellcheck shell=sh
# profiles: NAME|TITLE|PACKAGES|SUPPORTED DEVICES|IMAGES (TYPE:FILESYSTEM:LIMIT IN BYTES)
# packages: NAME VERSION [DEPENDENCY THAT THERE ISN'T], all that there are
# lost-feeds: URLs, a line each, that it can't reach
# .packageinfo: Package: NAME, a line each, what the tree knows
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
  while read -r feed; do
    if uses_apk; then echo "WARNING: updating and opening $feed: network error (check Internet connection and firewall)"
    else printf 'Collected errors:\n * opkg_download: Failed to download %s, wget returned 4.\n * opkg_download: Check your network settings and connectivity.\n\n' "$feed"; fi
  done < lost-feeds >&2
  awk -v wanted="$defaults $(field "$PROFILE" 3) $PACKAGES" -v manager="$manager" '
    { version[$1] = $2; lacks[$1] = $3 }
    END {
      count = split(wanted, names, " ")
      for (at = 1; at <= count; at++) if (sub(/^-/, "", names[at])) gone[names[at]] = 1
      for (at = 1; at <= count; at++) {
        name = names[at]
        if (name in gone) continue
        if (lacks[name] != "") {
          unknown = 1
          if (manager == "apk")
            printf "ERROR: unable to select packages:\n  %s (no such package):\n    required by: %s-%s[%s]\n", lacks[name], name, version[name], lacks[name] > "/dev/stderr"
          else {
            print " * satisfy_dependencies_for: Cannot satisfy the following dependencies for " name ":" > "/dev/stderr"
            print " * \t" lacks[name] > "/dev/stderr"
            print " * opkg_install_cmd: Cannot install package " name "." > "/dev/stderr"
          }
          continue
        }
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
