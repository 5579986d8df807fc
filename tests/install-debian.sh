#!/bin/sh
# Installs the Debian packages that the tests start as real servers. Without root it only names what is missing; those
# tests are then skipped with the same name.
set -eu

missing=""
for pair in postfix:/usr/sbin/postfix dovecot-imapd:/usr/lib/dovecot/imap dovecot-lmtpd:/usr/lib/dovecot/lmtp; do
    [ -x "${pair#*:}" ] || missing="$missing ${pair%%:*}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "not root: the tests with these programs are skipped until somebody installs them:$missing"
    exit 0
fi
echo "installing Debian packages for the tests:$missing"
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # the list is meant to be split
apt-get install -y -qq --no-install-recommends $missing >/dev/null
