# SPDX-License-Identifier: BSD-2-Clause
"""suite.py BUILD: a real sshd and a real sudo on loopback, with a real FastAPI
application. Runs in the throw-away view of hostroot.sh, whose users, /etc and
/dev/log are its own."""
import base64, hashlib, hmac, json, os, re, signal, socket, statistics, subprocess, sys, time, urllib.parse, urllib.request

import paramiko

BUILD = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
SSH, WEB, LOG = 2222, 8099, "/tmp/devlog"
CONF, SECRET_FILE = "/etc/security/pam_jwt.conf", "/etc/security/pam_jwt.secret"
PASSWORD = "correct.horse.battery"
LONG_PASSWORD = "p.w.s" * 100
passed, failed, skipped = 0, 0, 0
children, tokens = [], []


def expect(name, holds, said=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"ok   {name}" if holds else f"FAIL {name}: {said!r}", flush=True)


def write(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def spawn(*command, **options):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    children.append(child)
    return child


def wait_for(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing listens on {port}")


b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make(payload, secret=None, **header):
    text = payload if isinstance(payload, str) else json.dumps(payload)
    head = b64(json.dumps(dict({"alg": "HS256", "typ": "JWT"}, **header)).encode()) + "." + b64(text.encode())
    token = head + "." + b64(hmac.new((secret or SECRET).encode(), head.encode(), hashlib.sha256).digest())
    tokens.append(token)
    return token


def good(sub="alice", **more):
    return make(dict({"sub": sub, "exp": int(time.time()) + 300}, **more))


def log_since(mark):
    time.sleep(0.15)
    with open(LOG, "rb") as f:
        f.seek(mark)
        return f.read().decode(errors="replace")


def log_mark():
    return os.path.getsize(LOG)


def connect():
    t = paramiko.Transport(("127.0.0.1", SSH))
    t.start_client(timeout=15)
    return t


def run_id(t):
    channel = t.open_session()
    channel.exec_command("id -un")
    out = channel.makefile().read().decode().strip()
    return out


def by_password(user, answer):
    """The account the session ran as, or None."""
    t = connect()
    try:
        t.auth_password(user, answer, fallback=False)
        return run_id(t)
    except (paramiko.SSHException, EOFError, OSError):
        return None
    finally:
        t.close()


def by_keyboard(user, answers, prompts=None):
    """Answers one prompt after the other; the last answer is repeated as ''."""
    t, left = connect(), list(answers)

    def handler(title, instructions, fields):
        if prompts is not None:
            prompts.append((title, instructions, tuple(fields)))
        return [left.pop(0) if left else "" for _ in fields]

    try:
        t.auth_interactive(user, handler)
        return run_id(t)
    except (paramiko.SSHException, EOFError, OSError):
        return None
    finally:
        t.close()


def set_up():
    spawn("/usr/bin/python3", os.path.join(HERE, "devlog.py"), LOG)
    for user in ("alice", "bob", "carol"):
        subprocess.run(["useradd", "-m", "-s", "/bin/sh", user], check=True)
    subprocess.run(["chpasswd"], input=f"alice:{PASSWORD}\nbob:{PASSWORD}\ncarol:{LONG_PASSWORD}\n".encode(), check=True)
    subprocess.run(f"openssl rand -hex 32 >{SECRET_FILE}; chmod 600 {SECRET_FILE}", shell=True, check=True)
    configure()
    stack = f"""auth [success=done ignore=ignore default=die] {BUILD}/pam_jwt.so
auth required pam_unix.so try_first_pass nodelay
account required {BUILD}/pam_jwt.so
account required pam_unix.so
session optional {BUILD}/pam_jwt.so
session required pam_permit.so
"""
    for service in ("sshd", "sudo", "su"):
        write(f"/etc/pam.d/{service}", stack)
    write("/etc/sudoers", "Defaults !lecture, timestamp_timeout=0\nroot ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL\n", 0o440)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/tmp/hostkey"], check=True)
    write("/tmp/sshd_config", f"""Port {SSH}
ListenAddress 127.0.0.1
HostKey /tmp/hostkey
UsePAM yes
PasswordAuthentication yes
KbdInteractiveAuthentication yes
PidFile /tmp/sshd.pid
MaxStartups 100
""")
    known = subprocess.run(["/usr/sbin/sshd", "-T", "-f", "/tmp/sshd_config"], capture_output=True, text=True).stdout
    if "persourcepenalties" in known.lower():
        open("/tmp/sshd_config", "a").write("PerSourcePenalties no\n")
    spawn("/usr/sbin/sshd", "-D", "-f", "/tmp/sshd_config", stderr=subprocess.DEVNULL)
    wait_for(SSH)


def configure(*lines):
    write(CONF, f"key_file = {SECRET_FILE}\nfail_delay = 0\n" + "".join(l + "\n" for l in lines))


def ssh_logins():
    for name, way in (("password", by_password), ("keyboard-interactive", lambda u, a: by_keyboard(u, [a]))):
        mark = log_mark()
        who = way("alice", good(jti="j1"))
        log = log_since(mark)
        expect(f"sshd, {name}: a token logs in", who == "alice", (who, log))
        expect(f"sshd, {name}: accepted is logged", re.search(r"pam_jwt\(sshd:auth\): accepted: user=alice sub=alice alg=HS256 jti=j1 exp=\d+", log), log)
        for why, token, line in (("expired", make({"sub": "alice", "exp": int(time.time()) - 300}), "expired: "),
                                 ("forged", make({"sub": "alice", "exp": int(time.time()) + 300}, "x" * 64), "bad_signature: "),
                                 ("bob's", good("bob"), 'user_mismatch: the token is for "bob", asked for was "alice"')):
            mark = log_mark()
            who = way("alice", token)
            log = log_since(mark)
            expect(f"sshd, {name}: {why} token is refused", who is None and f"pam_jwt(sshd:auth): {line}" in log, (who, log))
            expect(f"sshd, {name}: {why} token is logged as pam_unix would", re.search(
                r"pam_jwt\(sshd:auth\): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=127\.0\.0\.1  user=alice$", log, re.M), log)
            expect(f"sshd, {name}: {why} token never reaches pam_unix", "pam_unix(sshd:auth)" not in log, log)
        expect(f"sshd, {name}: the password still logs in at the same prompt", way("alice", PASSWORD) == "alice")
        mark = log_mark()
        who = way("alice", PASSWORD + "x")
        log = log_since(mark)
        expect(f"sshd, {name}: a wrong password does not, and only pam_unix says so", who is None and
               "pam_unix(sshd:auth): authentication failure" in log and "pam_jwt(sshd:auth)" not in log, (who, log))
        mark = log_mark()
        who = way("nobody2", good("nobody2"))
        log = log_since(mark)
        # sshd itself replaces the answer for a user it does not know.
        expect(f"sshd, {name}: no such user", who is None and "accepted" not in log and "pam_unix(sshd:auth)" in log, log)
    askpass = "/tmp/askpass"
    write(askpass, "#!/bin/sh\ncat /tmp/askpass.token\n", 0o755)
    write("/tmp/askpass.token", good() + "\n", 0o644)
    r = subprocess.run(["setsid", "-w", "ssh", "-F", "none", "-p", str(SSH), "-o", "StrictHostKeyChecking=no",
                        "-o", "UserKnownHostsFile=/dev/null", "alice@127.0.0.1", "id", "-un"], stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, env={"PATH": os.environ["PATH"], "SSH_ASKPASS": askpass,
                                                            "SSH_ASKPASS_REQUIRE": "force", "HOME": "/root"})
    expect("a password of 500 bytes logs in, password method", by_password("carol", LONG_PASSWORD) == "carol")
    expect("a password of 500 bytes logs in, keyboard-interactive", by_keyboard("carol", [LONG_PASSWORD, ""]) == "carol")
    expect("the OpenSSH client logs in with a token", r.stdout.strip() == "alice", r.stderr)
    long = good(groups=["g%04d" % i for i in range(250)])
    parts = [long[i:i + 500] for i in range(0, len(long), 500)]
    expect(f"a token of {len(long)} bytes in parts of 500", by_keyboard("alice", parts) == "alice")


def no_oracle():
    for length in (0, 40, 499, 500, 501, 510, 511, 512, 1022, 1023, 1024):
        seen = {}
        for user in ("alice", "nobody2"):
            for kind in ("token", "junk"):
                text = (make({"sub": user, "exp": 1}, "x" * 64) * 9)[:length] if kind == "token" else "p" * length
                prompts = []
                by_keyboard(user, [text], prompts)
                seen[user, kind] = prompts
        same = all(p == seen["alice", "token"] for p in seen.values()) and seen["alice", "token"]
        expect(f"prompts for an answer of {length} bytes tell nobody who exists", same, seen)


def timing():
    """With a real delay: medians differ by less than the delay's own spread."""
    write(CONF, f"key_file = {SECRET_FILE}\nfail_delay = 1s\n")
    times = {}
    token = make({"sub": "alice", "exp": 1}, "x" * 64)
    for _ in range(20):
        for user in ("alice", "nobody2"):
            for kind, text in (("token", token), ("other", "p" * 20)):
                t, before = connect(), time.monotonic()
                try:
                    t.auth_interactive(user, lambda *a: [text for _ in a[2]])
                except paramiko.SSHException:
                    pass
                times.setdefault((user, kind), []).append(time.monotonic() - before)
                t.close()
    medians = {k: statistics.median(v) for k, v in times.items()}
    spread = max(max(v) - min(v) for v in times.values())
    expect("times tell nobody who exists", max(medians.values()) - min(medians.values()) < spread, medians)
    configure()


def broken_configuration():
    configure("isuer = x")
    mark = log_mark()
    who = by_password("alice", good())
    log = log_since(mark)
    expect("a broken configuration refuses a token, naming file and line",
           who is None and f'bad_config: {CONF}:3: "isuer" is no setting' in log, (who, log))
    expect("and lets a password in", by_password("alice", PASSWORD) == "alice")
    os.chmod(CONF, 0o666)
    mark = log_mark()
    who = by_password("alice", good())
    log = log_since(mark)
    expect("a writable one refuses a token", who is None and f"bad_config: {CONF}: group or others may write it" in log, (who, log))
    expect("and lets a password in as well", by_password("alice", PASSWORD) == "alice")
    configure()


def article():
    environment = dict(os.environ, SECRET_FILE=SECRET_FILE, PYTHONPATH=HERE)
    spawn("/usr/bin/python3", "-m", "uvicorn", "app:app", "--port", str(WEB), "--log-level", "error", env=environment)
    wait_for(WEB)
    form = urllib.parse.urlencode({"username": "alice", "password": "wonderland"}).encode()
    said = json.load(urllib.request.urlopen(f"http://127.0.0.1:{WEB}/token", form, timeout=10))
    tokens.extend((said["access_token"], said["refresh_token"]))
    expect("the article's token logs in over ssh", by_password("alice", said["access_token"]) == "alice")
    for name, token, line in (("its refresh token", said["refresh_token"], "refresh_token: claim refresh"),
                              ("a token without exp", make({"sub": "alice"}), "missing_claim: exp"),
                              ("a payload that is a string", make('"alice"'), "malformed: the payload: not a JSON object")):
        mark = log_mark()
        who = by_password("alice", token)
        log = log_since(mark)
        expect(f"{name} is refused", who is None and line in log, (who, log))


def sudo():
    def as_alice(command, text, **more):
        return subprocess.run(["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups"] + command,
                              input=text.encode(), capture_output=True, env=dict({"PATH": os.environ["PATH"], "HOME": "/tmp"}, **more))

    mark = log_mark()
    r = as_alice(["sudo", "-S", "id", "-un"], good() + "\n")
    log = log_since(mark)
    expect("sudo: a token makes root", r.stdout == b"root\n" and "pam_jwt(sudo:auth): accepted: user=alice" in log, (r, log))
    mark = log_mark()
    r = as_alice(["sudo", "-S", "id", "-un"], make({"sub": "alice", "exp": 1}) + "\n")
    expect("sudo: an expired one does not", r.stdout == b"" and "pam_jwt(sudo:auth): expired: " in log_since(mark), r)
    mark = log_mark()
    r = as_alice(["sudo", "-S", "id", "-un"], good("bob") + "\n")
    log = log_since(mark)
    expect("sudo: bob's does not", r.stdout == b"" and
           'pam_jwt(sudo:auth): user_mismatch: the token is for "bob"' in log, (r, log))
    r = as_alice(["sudo", "-S", "id", "-un"], PASSWORD + "\n")
    expect("sudo: the password does", r.stdout == b"root\n", r)
    r = as_alice(["su", "bob", "-c", "id -un"], good("bob") + "\n")
    expect("su: bob's token makes bob", r.stdout == b"bob\n", r)

    # A provider that leaves a trace where it is loaded; first shown to work.
    write("/tmp/trace.c", '#include <fcntl.h>\n#include <unistd.h>\n__attribute__((constructor)) static void f(void)\n'
          '{ close(open("/tmp/trace-provider", O_CREAT | O_WRONLY, 0666)); }\nint OSSL_provider_init(void) { return 0; }\n')
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "/tmp/trace.so", "/tmp/trace.c"], check=True)
    write("/tmp/evil.cnf", "openssl_conf = i\n[i]\nproviders = p\n[p]\ntrace = t\ndefault = d\n[d]\nactivate = 1\n[t]\nmodule = /tmp/trace.so\nactivate = 1\n")
    evil = {"OPENSSL_CONF": "/tmp/evil.cnf", "OPENSSL_MODULES": "/tmp"}
    subprocess.run(["openssl", "rand", "-hex", "4"], env=dict(os.environ, **evil), capture_output=True)
    expect("the hostile OPENSSL_CONF works where it may", os.path.exists("/tmp/trace-provider"))
    for command, token in ((["sudo", "-S", "id", "-un"], good()), (["su", "bob", "-c", "id -un"], good("bob"))):
        if os.path.exists("/tmp/trace-provider"):
            os.unlink("/tmp/trace-provider")
        r = as_alice(command, token + "\n", **evil)
        expect(f"{command[0]}: a hostile OPENSSL_CONF has no effect",
               r.returncode == 0 and not os.path.exists("/tmp/trace-provider"), r)


def debug_level():
    """Everything once more with `debug`, for secrets_in_log() to read."""
    stack = open("/etc/pam.d/sshd").read()
    write("/etc/pam.d/sshd", stack.replace("pam_jwt.so\n", "pam_jwt.so debug\n", 1))
    mark = log_mark()
    who = by_password("alice", good())
    by_password("alice", make({"sub": "alice", "exp": int(time.time()) + 300}, "x" * 64))
    by_password("alice", PASSWORD)
    long = good(groups=["g%04d" % i for i in range(250)])
    by_keyboard("alice", [long[i:i + 500] for i in range(0, len(long), 500)][:2])
    log = log_since(mark)
    expect("debug logs every check", who == "alice" and "check signature: ok" in log and "check signature: bad_signature" in log, log)


def secrets_in_log():
    log = open(LOG, errors="replace").read()
    expect("the log was written", log.count("pam_jwt(") > 50, log.count("pam_jwt("))
    # Whatever 24 bytes in a row of a payload or signature are logged hold one of these.
    pieces = [t[i:i + 20] for t in tokens for i in range(t.index(".") + 1, len(t) - 20, 5)]
    expect("no log line holds a piece of a token", not [p for p in pieces if p in log], [p for p in pieces if p in log][:3])
    expect("no log line holds the secret or a password", SECRET not in log and PASSWORD not in log and LONG_PASSWORD not in log)



set_up()
SECRET = open(SECRET_FILE).read().strip()
try:
    ssh_logins()
    no_oracle()
    broken_configuration()
    article()
    sudo()
    if "--slow" in sys.argv:
        timing()
    else:
        print("skip times tell nobody who exists: --slow runs it (make check-hosts)")
        skipped += 1
    debug_level()
    secrets_in_log()
finally:
    for child in children:
        child.send_signal(signal.SIGTERM)
        child.wait()
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
