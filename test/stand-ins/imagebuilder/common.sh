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
  unknown=
  wanted="$defaults $(field "$PROFILE" 3) $PACKAGES"
  for name in $wanted; do
    case " $wanted " in *" -${name#-} "*) continue ;; esac
    if version=$(grep "^$name " packages); then
      if uses_apk; then echo "$version"; else echo "${version% *} - ${version#* }"; fi
    else
      unknown="$unknown $name"
    fi
  done | sort -u > "$resolved"
  for name in $wanted; do
    case "$name " in -*) continue ;; esac
    case " $wanted " in *" -$name "*) continue ;; esac
    grep -q "^$name " packages || unknown="$unknown $name"
  done
  [ -z "$unknown" ] && return
  for name in $unknown; do
    if uses_apk; then
      printf 'ERROR: unable to select packages:\n  %s (no such package):\n    required by: world[%s]\n' "$name" "$name" >&2
    else
      echo " * opkg_install_cmd: Cannot install package $name." >&2
    fi
  done
  exit 1
}
