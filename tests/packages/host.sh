# shellcheck shell=sh
# Sourced by the scripts that live in the system that `run` made: an account with
# a password, an sshd at port 2222, and sudo for the account.
passed=0 failed=0
expect() { # expect NAME HOLDS SAID
    if [ "$2" = yes ]; then
        echo "ok   $1"
        passed=$((passed + 1))
    else
        echo "FAIL $1: $3"
        failed=$((failed + 1))
    fi
}
holds() { if "$@" >/root/said 2>&1; then echo yes; fi; }
export DEBIAN_FRONTEND=noninteractive
PASSWORD=correct.horse.battery
id alice >/dev/null 2>&1 || useradd -m -s /bin/sh alice
echo "alice:$PASSWORD" | chpasswd
echo 'alice ALL=(ALL) ALL' >/etc/sudoers.d/alice
echo 'Defaults timestamp_timeout=0' >>/etc/sudoers.d/alice
mkdir -p /run/sshd
grep -qs fresh /etc/hosts || echo 127.0.0.1 fresh >>/etc/hosts
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -A >/dev/null
/usr/sbin/sshd -p 2222 -o UsePAM=yes -o PasswordAuthentication=yes -o PidFile=/run/test-sshd.pid
ssh_() { # ssh_ ANSWER COMMAND
    SSHPASS=$1 sshpass -e ssh -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
        -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 alice@127.0.0.1 "$2" 2>&1
}
sudo_() { printf '%s\n' "$1" | runuser -u alice -- sudo -S -k -p '' id -un 2>&1; }
finish() {
    kill "$(cat /run/test-sshd.pid)"
    echo "$passed passed, $failed failed, 0 skipped"
    [ "$failed" = 0 ]
}
# Its lecture is remembered: from now on it was there before.
sudo_ $PASSWORD >/dev/null
expect "before: ssh with a password" "$(test "$(ssh_ $PASSWORD 'echo in')" = in && echo yes)" ""
