#!/bin/sh
# Installs, upgrades, rolls back and removes the service; see deploy/README.md. Running it again changes nothing twice.
set -eu
umask 022 # the service's user, which is none of this machine's, must be able to read the program

usage() {
  cat <<'TEXT'
usage: install.sh [--dry-run] [--root DIR] [--no-start] [PACKAGE]   install, or upgrade
       install.sh [--dry-run] [--root DIR] --rollback               back to the version before the last upgrade, with the
                                                                    copy of the database of then if it has to be
       install.sh [--dry-run] [--root DIR] --uninstall              remove the program; configuration and data stay

PACKAGE is a wheel or a folder of the source; the folder above this script when missing.
--dry-run   print what would be done, do nothing
--no-start  install the files, start and restart nothing
--root DIR  work inside DIR instead of /, without systemd (for images and tests; needs no root rights)
PYTHON names the interpreter to use (3.11 or newer); pip's own settings and variables hold.
TEXT
}

die() { echo "install.sh: $*" >&2; exit 1; }
run() {
  if [ "$dry" ]; then echo "would run: $*"; else "$@"; fi
}
say() { echo "$*"; }
systemd() {
  if [ -z "$root" ] && [ "$start" ]; then run systemctl "$@"; fi
}
# Let a link name another folder in one step, so that there is never none.
point() {
  run ln -sfn "$2" "$1.new"
  run mv -T "$1.new" "$1"
}

dry="" root="" start=yes action=install package=""
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) dry=yes ;;
    --no-start) start="" ;;
    --rollback | --uninstall) action="${1#--}" ;;
    --root) [ $# -gt 1 ] || die "--root needs a folder"; root="${2%/}"; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) [ -z "$package" ] || die "one package only, not '$package' and '$1'"; package="$1" ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
home="$root/opt/headline-monitor"
config="$root/etc/headline-monitor"
unit="$root/etc/systemd/system/headline-monitor.service"
tmpfiles="$root/etc/tmpfiles.d/headline-monitor.conf"
command="$root/usr/local/bin/headline-monitor"
state="$root/var/lib/headline-monitor"
service=headline-monitor.service

check_machine() {
  [ "$root" ] || [ "$dry" ] || [ "$(id -u)" = 0 ] || die "must be root; try: sudo $0"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "$python is not Python 3.11 or newer; name one: PYTHON=python3.12 $0"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || die "$python cannot make environments; try: apt-get install python3-venv"
  [ -e "$package" ] || die "there is no package '$package'"
}

install_environment() {
  release="$home/releases/$(date -u +%Y%m%dT%H%M%SZ)-$$"
  run mkdir -p "$home/releases"
  [ "$dry" ] || trap 'rm -rf "$release"' EXIT  # half an environment is of no use
  run "$python" -m venv "$release"
  run "$release/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$package"
  [ "$dry" ] || say "installed $("$release/bin/headline-monitor" --version) into $release"
}

install_configuration() {
  run mkdir -p "$config" "$config/secrets"
  run chmod 0755 "$config"  # it holds no secrets: those are in secrets/, which only root can read
  run chmod 0700 "$config/secrets"
  if [ -e "$config/monitor.yaml" ]; then
    say "kept $config/monitor.yaml"
  else
    run "$release/bin/headline-monitor" init --config "$config/monitor.yaml"
    run chmod 0644 "$config/monitor.yaml"
  fi
}

# The service is left alone when the new version cannot use the configuration. systemd hands the secrets to the service
# as secrets_NAME; root can read them where they are.
check_configuration() {
  run "$release/bin/headline-monitor" check --config "$config/monitor.yaml" ||
    die "the configuration does not fit this version; nothing was changed, the service goes on as it was"
}

install_files() {
  run mkdir -p "$(dirname "$unit")" "$(dirname "$tmpfiles")" "$(dirname "$command")"
  run install -m 0644 "$here/monitor.service" "$unit"
  run install -m 0644 "$here/monitor.tmpfiles" "$tmpfiles"
  run ln -sfn /opt/headline-monitor/current/bin/headline-monitor "$command"
}

use_release() {
  before=$(readlink "$home/current" 2>/dev/null || true)
  [ -z "$before" ] || point "$home/previous" "$before"
  point "$home/current" "releases/$(basename "$release")"
  trap - EXIT
}

# Two stay: the one that runs, and the way back.
remove_old_releases() {
  for old in "$home"/releases/*; do
    case "releases/$(basename "$old")" in
      "$(readlink "$home/current")" | "$(readlink "$home/previous" || true)") ;;
      *) [ "$dry" ] || run rm -rf "$old" ;;
    esac
  done
}

# systemd waits until the service says that it is ready.
start_service() {
  systemd restart $service ||
    die "the service did not start; see: journalctl -u headline-monitor -n 50; to go back: $0 --rollback"
}

do_install() {
  package=${package:-$(dirname "$here")}
  check_machine
  install_environment
  install_configuration
  check_configuration
  install_files
  use_release
  remove_old_releases
  systemd daemon-reload
  systemd enable $service
  start_service
  say "next: edit $config/monitor.yaml, then: systemctl reload headline-monitor; look at it: systemctl status headline-monitor"
}

# A database that was migrated since is of no use to the version before; what that one had is kept beside it.
restore_database() {
  said=$("$home/current/bin/headline-monitor" status --state "$state" 2>&1) && return
  case "$said" in *"install the newer version"*) ;; *) return ;; esac
  copy=$(ls -t "$state"/monitor.db.before-* 2>/dev/null | head -n 1)
  [ "$copy" ] || die "$said"
  "$home/current/bin/headline-monitor" restore "$copy" --state "$state"
  rm "$copy"  # it is the database now, and the next upgrade keeps a newer one
  say "the database is the copy from before the upgrade; sources are learned again silently"
}

do_rollback() {
  [ -e "$home/previous/bin/python" ] || die "there is no version before this one in $home"
  now=$(readlink "$home/current") before=$(readlink "$home/previous")
  systemd stop $service
  point "$home/previous" "$now"
  point "$home/current" "$before"
  [ "$dry" ] || restore_database
  start_service
  say "back to ${before}; the same command again goes forward"
}

do_uninstall() {
  if [ -e "$unit" ]; then systemd disable --now $service; fi
  run rm -rf "$unit" "$tmpfiles" "$command" "$home"
  systemd daemon-reload
  say "removed; the configuration is still in $config, the data in $state"
}

"do_$action"
