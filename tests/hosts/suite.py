# SPDX-License-Identifier: BSD-2-Clause
"""suite.py BUILD: a real sshd and a real sudo on loopback, with a real FastAPI
application. Runs in the throw-away view of hostroot.sh, whose users, /etc and
/dev/log are its own."""
import base64, hashlib, hmac, importlib.util, json, os, re, signal, socket, statistics, subprocess, sys, time, urllib.parse, urllib.request

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


def run(t, command):
    channel = t.open_session()
    channel.exec_command(command)
    return channel.makefile().read().decode().strip()


def by_password(user, answer, command="id -un"):
    """What the command says, by default the account it runs as; or None."""
    t = connect()
    try:
        t.auth_password(user, answer, fallback=False)
        return run(t, command)
    except (paramiko.SSHException, EOFError, OSError):
        return None
    finally:
        t.close()


def by_keyboard(user, answers, prompts=None, command="id -un"):
    """Answers one prompt after the other; the last answer is repeated as ''."""
    t, left = connect(), list(answers)

    def handler(title, instructions, fields):
        if prompts is not None:
            prompts.append((title, instructions, tuple(fields)))
        return [left.pop(0) if left else "" for _ in fields]

    try:
        t.auth_interactive(user, handler)
        return run(t, command)
    except (paramiko.SSHException, EOFError, OSError):
        return None
    finally:
        t.close()


def set_up():
    spawn("/usr/bin/python3", os.path.join(HERE, "devlog.py"), LOG)
    for user in ("alice", "bob", "carol", "dave"):
        subprocess.run(["useradd", "-m", "-s", "/bin/sh", user], check=True)
    subprocess.run(["chpasswd"], input=f"alice:{PASSWORD}\nbob:{PASSWORD}\ndave:{PASSWORD}\ncarol:{LONG_PASSWORD}\n".encode(), check=True)
    subprocess.run(f"openssl rand -hex 32 >{SECRET_FILE}; chmod 600 {SECRET_FILE}", shell=True, check=True)
    configure()
    subprocess.run(["groupadd", "admins"], check=True)
    subprocess.run(["usermod", "-aG", "admins", "alice"], check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/tmp/alicekey"], check=True)
    os.mkdir("/home/alice/.ssh")
    write("/home/alice/.ssh/authorized_keys", open("/tmp/alicekey.pub").read())
    stack = f"""auth [success=done ignore=ignore default=die] {BUILD}/pam_jwt.so
auth required pam_unix.so try_first_pass nodelay
account required {BUILD}/pam_jwt.so
account required pam_unix.so
session optional {BUILD}/pam_jwt.so
session required pam_permit.so
"""
    for service in ("sshd", "sudo", "sudo-i", "su", "su-l"):
        write(f"/etc/pam.d/{service}", stack)
    write("/etc/sudoers", "Defaults !lecture, timestamp_timeout=0\nroot ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL\n", 0o440)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/tmp/hostkey"], check=True)
    write("/tmp/sshd_config", f"""Port {SSH}
ListenAddress 127.0.0.1
HostKey /tmp/hostkey
UsePAM yes
PasswordAuthentication yes
KbdInteractiveAuthentication yes
PermitRootLogin yes
StrictModes no
PidFile /tmp/sshd.pid
MaxStartups 100
""")
    known = subprocess.run(["/usr/sbin/sshd", "-T", "-f", "/tmp/sshd_config"], capture_output=True, text=True).stdout
    if "persourcepenalties" in known.lower():
        open("/tmp/sshd_config", "a").write("PerSourcePenalties no\n")
    open("/tmp/sshd_config", "a").write("Match User dave\nAuthenticationMethods password,keyboard-interactive\n")
    spawn("/usr/sbin/sshd", "-D", "-f", "/tmp/sshd_config", stderr=subprocess.DEVNULL)
    wait_for(SSH)


def configure(*lines):
    write(CONF, f"secret_file = {SECRET_FILE}\nfail_delay = 0\n" + "".join(l + "\n" for l in lines))


def refused(name, way, line):
    """`way` must say None or nothing, and the log must say why."""
    mark = log_mark()
    got = way()
    log = log_since(mark)
    expect(name, not got and line in log, (got, log))


def as_alice(command, text, **more):
    return subprocess.run(["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups"] + command,
                          input=text.encode(), capture_output=True, env=dict({"PATH": os.environ["PATH"], "HOME": "/tmp"}, **more))


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
    write(CONF, f"secret_file = {SECRET_FILE}\nfail_delay = 1s\n")
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
           who is None and f'bad_config: {CONF}:3: "isuer" is not a setting' in log, (who, log))
    expect("and lets a password in", by_password("alice", PASSWORD) == "alice")
    os.chmod(CONF, 0o666)
    mark = log_mark()
    who = by_password("alice", good())
    log = log_since(mark)
    expect("a writable one refuses a token", who is None and f"bad_config: {CONF}: group or others may write it" in log, (who, log))
    expect("and lets a password in as well", by_password("alice", PASSWORD) == "alice")
    configure()


SECTIONS = f"""fail_delay = 0
hostname = web1.example
allow_users = *
[issuer ssh]
services = sshd
secret_file = {SECRET_FILE}
audience = ssh://%h
[issuer step-up]
services = sudo sudo-i
secret_file = {SECRET_FILE}
audience = sudo://%h
max_age = 1m
allow_groups = admins
"""


def services():
    """An audience and an age of its own for each service."""
    write(CONF, SECTIONS)
    now = int(time.time())
    ssh = good(aud="ssh://web1.example", iat=now - 100)
    fresh, old = good(aud="sudo://web1.example", iat=now), good(aud="sudo://web1.example", iat=now - 100)
    root = lambda how, token: as_alice(["sudo", "-S"] + how + ["id", "-un"], token + "\n").stdout.decode().strip()
    expect("a section for sshd: its token logs in, though it is old", by_password("alice", ssh) == "alice")
    refused("sudo's does not", lambda: by_keyboard("alice", [fresh]), 'wrong_audience: token has aud="sudo://web1.example"')
    for service, how in (("sudo", []), ("sudo-i", ["-i"])):
        expect(f"a section for {service}: a fresh token makes root", root(how, fresh) == "root")
        refused(f"{service}: an old one does not", lambda: root(how, old), f"pam_jwt({service}:auth): too_old: ")
        refused(f"{service}: ssh's does not", lambda: root(how, ssh), f'pam_jwt({service}:auth): wrong_audience: token has aud="ssh://web1.example"')
    for service, how in (("su", ["su"]), ("su-l", ["su", "-"])):
        refused(f"{service} has no section", lambda: as_alice(how + ["bob", "-c", "id -un"], good("bob", aud="sudo://web1.example", iat=now) + "\n").stdout,
                f"pam_jwt({service}:auth): service_not_allowed: services names {service} nowhere")
    write(CONF, SECTIONS.replace("services = sudo sudo-i", "services = sudo sudo-i su"))
    refused("su's section, and a group that the account is not in",
            lambda: as_alice(["su", "bob", "-c", "id -un"], good("bob", aud="sudo://web1.example", iat=now) + "\n").stdout,
            'pam_jwt(su:auth): user_not_allowed: "bob" is not in allow_groups')


STEP_UP = f"""fail_delay = 0
allow_users = *
allow_root = yes
[issuer any]
issuer = https://idp.example
secret_file = {SECRET_FILE}
[issuer step-up]
services = sudo
issuer = https://idp.example
secret_file = {SECRET_FILE}
max_age = 5m
"""


def step_up():
    """A stricter section for sudo is sudo -i's too, and su is the open one's."""
    write(CONF, STEP_UP)
    now = int(time.time())
    old, fresh = (good(iss="https://idp.example", iat=now - ago) for ago in (7200, 10))
    for service, how in (("sudo", []), ("sudo-i", ["-i"])):
        ask = lambda token: as_alice(["sudo", "-S"] + how + ["id", "-un"], token + "\n").stdout.decode().strip()
        refused(f"step-up for sudo, {service}: a token of two hours", lambda: ask(old), f"pam_jwt({service}:auth): too_old: ")
        expect(f"step-up for sudo, {service}: a fresh one makes root", ask(fresh) == "root")
    expect("step-up for sudo: ssh takes the old one", by_password("alice", old) == "alice")
    configure()


def root():
    configure()
    refused("root's token, without allow_root", lambda: by_password("root", good("root")), "user_not_allowed: uid 0, and allow_root is no")
    configure("allow_root = yes")
    for name, way in (("password", by_password), ("keyboard-interactive", lambda u, a: by_keyboard(u, [a]))):
        expect(f"root's token with allow_root and PermitRootLogin, {name}", way("root", good("root")) == "root")
    refused("alice's token is not root's", lambda: by_password("root", good("alice")), "user_mismatch: ")


def groups():
    configure("allow_groups = admins")
    expect("an account in the group logs in", by_password("alice", good()) == "alice")
    refused("one that is not does not, whatever the token says of groups", lambda: by_password("bob", good("bob", groups=["admins"])),
            'user_not_allowed: "bob" is not in allow_groups')
    configure("allow_groups = alice nosuchgroup")
    expect("the primary group counts", by_password("alice", good()) == "alice")
    refused("a group that is not there is nobody's", lambda: by_password("bob", good("bob")), 'user_not_allowed: "bob" is not in allow_groups')
    # su keeps the caller's locale, in which a dot would match a letter of two bytes.
    write("/etc/security/pam_jwt.map", "/.ob@x/ bob\n")
    configure("user_map = /etc/security/pam_jwt.map")
    expect("su: an expression of the map", as_alice(["su", "bob", "-c", "id -un"], good("bob@x") + "\n").stdout == b"bob\n")
    refused("su: is that of the C locale whatever LC_ALL says",
            lambda: as_alice(["su", "bob", "-c", "id -un"], good("\u00f6ob@x") + "\n", LC_ALL="C.UTF-8").stdout, "no_mapping: ")


def environment():
    configure("export_env = JWT_ROLE=role JWT_ORG=/org/name JWT_LIST=list", "session_limit = yes")
    token = lambda: good(role="ops", org={"name": "x y"}, list=["a"], jti="session-1", iss="me")
    for name, way in (("password", by_password), ("keyboard-interactive", lambda u, a, command: by_keyboard(u, [a], command=command))):
        mark = log_mark()
        got = way("alice", token(), command="env")
        time.sleep(0.3)
        log = log_since(mark)
        expect(f"sshd, {name}: claims are in the environment, and nothing else of ours",
               sorted(re.findall("^(?:JWT|PAM_JWT).*", got or "", re.M)) == ["JWT_ORG=x y", "JWT_ROLE=ops"], got)
        expect(f"sshd, {name}: what cannot be is said", "left out: export_env JWT_LIST=list" in log, log)
        for what in ("opened", "closed"):
            expect(f"sshd, {name}: the session's audit line, {what}", len(re.findall(
                rf"pam_jwt\(sshd:session\): session {what}: user=alice identity=alice iss=me jti=session-1 exp=\d+$", log, re.M)) == 1, log)
    mark = log_mark()
    got = as_alice(["sudo", "-S", "env"], token() + "\n").stdout.decode()
    log = log_since(mark)
    expect("sudo: claims are in the environment, and nothing else of ours",
           sorted(re.findall("^(?:JWT|PAM_JWT).*", got, re.M)) == ["JWT_ORG=x y", "JWT_ROLE=ops"], got)
    expect("sudo: audit lines", all(f"pam_jwt(sudo:session): session {what}: user=alice identity=alice iss=me jti=session-1" in log for what in ("opened", "closed")), log)
    mark = log_mark()
    got = by_password("alice", PASSWORD, command="env")
    log = log_since(mark)
    expect("a password's session has none of it", "JWT" not in got and "pam_jwt(sshd" not in log, (got, log))


def account():
    """The token expires between the authentication and the account phase."""
    configure("clock_skew = 0")
    stack = open("/etc/pam.d/sshd").read()
    write("/etc/pam.d/sshd", stack.replace("account required", "account required pam_exec.so /bin/sleep 4\naccount required", 1))
    for name, way in (("password", by_password), ("keyboard-interactive", lambda u, a: by_keyboard(u, [a]))):
        mark = log_mark()
        who = way("alice", make({"sub": "alice", "exp": int(time.time()) + 3}))
        log = log_since(mark)
        expect(f"sshd, {name}: a token that has expired meanwhile does not log in", who is None and
               "pam_jwt(sshd:auth): accepted" in log and "pam_jwt(sshd:account): expired: the token that logged in" in log, (who, log))
    expect("a password does", by_password("alice", PASSWORD) == "alice")
    write("/etc/pam.d/sshd", stack)


def bleed():
    """Attempts whose token is good but whose stack fails, then another method
    on the same connection."""
    configure("export_env = JWT_ROLE=role", "session_limit = yes")
    stack = open("/etc/pam.d/sshd").read()
    tail = stack[stack.index("account"):]
    # A second factor behind the token: the password, which the token is not.
    auth = f"""auth [success=ok ignore=ignore default=die] {BUILD}/pam_jwt.so
auth required pam_unix.so try_first_pass nodelay
"""
    key = paramiko.Ed25519Key.from_private_key_file("/tmp/alicekey")

    def attempt(first, then):
        t = connect()
        for way in (first, then):
            try:
                if way == "publickey":
                    t.auth_publickey("alice", key)
                elif way == "password, token":
                    t.auth_password("alice", good(role="stale"), fallback=False)
                elif way == "keyboard, token":
                    t.auth_interactive("alice", lambda *a: [good(role="stale") for _ in a[2]])
                elif way == "keyboard, password":
                    t.auth_interactive("alice", lambda *a: [PASSWORD for _ in a[2]])
                else:
                    t.auth_password("alice", PASSWORD, fallback=False)
            except paramiko.AuthenticationException:
                pass
        try:
            got = run(t, "env") if t.is_authenticated() else None
        except (paramiko.SSHException, EOFError, OSError):
            got = None
        t.close()
        return got

    write("/etc/pam.d/sshd", auth + tail.replace(f"session optional {BUILD}/pam_jwt.so\n", ""))
    got = attempt("password, token", "publickey")
    expect("a failed attempt leaves nothing in the environment, without our session line either", got and "JWT" not in got and "alice@" not in got, got)
    write("/etc/pam.d/sshd", auth + tail)
    for first in ("password, token", "keyboard, token"):
        for then in ("publickey", "keyboard, password", "password"):
            mark = log_mark()
            got = attempt(first, then)
            log = log_since(mark)
            # Behind a failed password libpam's pam_setcred() remembers pam_unix's refusal.
            host_refuses = got is None and "pam_setcred(): Permission denied" in log
            expect(f"a failed {first} leaves nothing to a session by {then}{', which the host refuses' if host_refuses else ''}",
                   (host_refuses or (got and "JWT" not in got)) and
                   "pam_jwt(sshd:auth): accepted" in log and "pam_jwt(sshd:session)" not in log, (got, log))
    configure("clock_skew = 0")
    said = []
    for tries in (["password, token", "publickey"], ["publickey"]):
        t, mark, got = connect(), log_mark(), None
        for way in tries:
            try:
                if way == "publickey":
                    t.auth_publickey("alice", key)
                    got = run(t, "id -un")
                else:
                    t.auth_password("alice", make({"sub": "alice", "exp": int(time.time()) + 3}), fallback=False)
            except (paramiko.SSHException, EOFError, OSError):
                time.sleep(4)
        t.close()
        said.append((got, log_since(mark)))
    expect("a failed token that has expired since is forgotten", said[0][0] == "alice" and "pam_jwt(sshd:account)" not in said[0][1], said[0])
    expect("and a public key logs in on another", said[1][0] == "alice" and "pam_jwt" not in said[1][1], said[1])
    configure("export_env = JWT_ROLE=role", "session_limit = yes")
    write("/etc/pam.d/sshd", stack)

    # Two factors, of which the first is a token: it has counted, and stays.
    t, mark = connect(), log_mark()
    t.auth_password("dave", good("dave", role="kept", jti="two"), fallback=False)
    t.auth_interactive("dave", lambda *a: [PASSWORD for _ in a[2]])
    got = run(t, "env") if t.is_authenticated() else None
    t.close()
    log = log_since(mark)
    expect("a token that was the first of two factors is the session's", got and "JWT_ROLE=kept" in got and "PAM_JWT" not in got and
           "pam_jwt(sshd:session): session opened: user=dave identity=dave jti=two" in log, (got, log))
    configure()


def article():
    global skipped
    missing = [names for names in ("fastapi", "uvicorn", "redis", "jose jwt", "python_multipart multipart")
               if not any(importlib.util.find_spec(name) for name in names.split())]
    if missing:
        print("skip the article's FastAPI application: Python has no " + ", no ".join(missing) + " (make deps)")
        skipped += 1
        return
    # Debian 13 has no python-jose: there the application is FastAPI's own example of today.
    library = "python-jose" if importlib.util.find_spec("jose") else "PyJWT"
    configure()
    environment = dict(os.environ, SECRET_FILE=SECRET_FILE, PYTHONPATH=HERE, REDIS="/tmp/redis.sock")
    spawn("/usr/bin/python3", "-m", "uvicorn", "app:app", "--port", str(WEB), "--log-level", "error", env=environment)
    wait_for(WEB)
    form = urllib.parse.urlencode({"username": "alice", "password": "wonderland"}).encode()
    said = json.load(urllib.request.urlopen(f"http://127.0.0.1:{WEB}/token", form, timeout=10))
    tokens.extend((said["access_token"], said["refresh_token"]))
    expect(f"the article's token ({library}) logs in over ssh", by_password("alice", said["access_token"]) == "alice")
    for name, token, line in (("its refresh token", said["refresh_token"], "refresh_token: claim refresh"),
                              ("a token without exp", make({"sub": "alice"}), "missing_claim: exp"),
                              ("a payload that is a string", make('"alice"'), "malformed: the payload: not a JSON object")):
        mark = log_mark()
        who = by_password("alice", token)
        log = log_since(mark)
        expect(f"{name} is refused", who is None and line in log, (who, log))

    # The article's full shape: the person in /user/email, roles, refresh tokens.
    def post(path, user=None, password=None, bearer=None):
        form = urllib.parse.urlencode({"username": user, "password": password}).encode() if user else b""
        request = urllib.request.Request(f"http://127.0.0.1:{WEB}{path}", form, {"Authorization": f"Bearer {bearer}"} if bearer else {})
        said = json.load(urllib.request.urlopen(request, timeout=10))
        tokens.extend(said[k] for k in said if k.endswith("_token"))
        return said

    write("/etc/security/pam_jwt.map", "# The application's people\n/([a-z]+)@example\\.com/ \\1\n")
    configure("user_claim = /user/email", "user_map = /etc/security/pam_jwt.map", "require = /user/roles has ssh")
    said = post("/login", "alice", "wonderland")
    expect("its nested email logs in through the map", by_password("alice", said["access_token"]) == "alice")
    expect("as keyboard-interactive, too", by_keyboard("alice", [said["access_token"]]) == "alice")
    refused("not as somebody else", lambda: by_password("bob", said["access_token"]), "user_mismatch: ")
    refused("its refresh token is refused", lambda: by_password("alice", said["refresh_token"]), "refresh_token: claim refresh")
    again = post("/refresh", bearer=said["refresh_token"])
    expect("the access token that it is exchanged for logs in", by_password("alice", again["access_token"]) == "alice")
    refused("a role that is missing is refused", lambda: by_password("bob", post("/login", "bob", "builder")["access_token"]),
            'requirement_failed: require "/user/roles has ssh": the token has an array')
    refused("a domain that only begins as ours is refused", lambda: by_password("alice", post("/login", "eve", "apple")["access_token"]),
            'no_mapping: no line of /etc/security/pam_jwt.map has "alice@example.com.evil.org"')

    # The application logs people out by a list of its own in Redis.
    spawn("redis-server", "--port", "0", "--unixsocket", "/tmp/redis.sock", "--save", "", "--dir", "/tmp", stdout=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists("/tmp/redis.sock"):
            break
        time.sleep(0.05)
    configure("user_claim = /user/email", "user_map = /etc/security/pam_jwt.map", "revocation = yes", "state = unix:/tmp/redis.sock",
              "revocation_key = blocklist:%j")
    for name, way in (("password", lambda t: by_password("alice", t)), ("keyboard-interactive", lambda t: by_keyboard("alice", [t]))):
        token = post("/login", "alice", "wonderland")["access_token"]
        expect(f"{name}: before the application logs her out, the token opens ssh", [way(token) for _ in range(2)] == ["alice"] * 2)
        post("/logout", bearer=token)
        refused(f"{name}: after that it does not", lambda: way(token), "by the key")
    expect("another token of hers does", by_password("alice", post("/login", "alice", "wonderland")["access_token"]) == "alice")
    configure()


def fail2ban():
    """A real fail2ban bans who guesses, by sshd's lines and ours, and nobody else, whatever is in names and claims."""
    global skipped
    if not os.path.exists("/usr/bin/fail2ban-server"):
        print("skip fail2ban: it is not here (make deps)")
        skipped += 1
        return
    subprocess.run("cp -r /etc/fail2ban /tmp/f2b; rm -f /tmp/f2b/jail.d/*", shell=True, check=True)
    write("/tmp/f2b/fail2ban.local", "[Definition]\ndbfile = :memory:\n")
    write("/tmp/f2b/action.d/note.conf", "[Definition]\nactionban = echo <ip> >>/tmp/banned\n")
    write("/tmp/f2b/jail.local", "[DEFAULT]\nignoreself = false\nignoreip =\nusedns = no\n[sshd]\nenabled = true\nbackend = polling\nlogpath = /tmp/auth.log\n"
          "maxretry = 3\nfindtime = 600\naction = note\n")

    def banned_by(log, wanted=True):
        """Whom fail2ban bans when it reads this log, as /var/log/auth.log has it."""
        lines = [re.sub(r"^<\d+>(\w+ +\d+ [0-9:]+) ", r"\1 web1 ", l) for l in log.splitlines()]
        write("/tmp/auth.log", "".join(l + "\n" for l in lines))
        write("/tmp/banned", "")
        server = spawn("/usr/bin/fail2ban-server", "-f", "-c", "/tmp/f2b", "-s", "/tmp/f2b.sock", "-p", "/tmp/f2b.pid", "--logtarget", "/tmp/f2b.log", "-x",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(80 if wanted else 40):
            time.sleep(0.25)
            if wanted and open("/tmp/banned").read():
                time.sleep(1)
                break
        server.terminate()
        server.wait()
        return set(open("/tmp/banned").read().split())

    configure()
    mark = log_mark()
    for n in range(5):
        by_password("alice", make({"sub": "alice", "exp": int(time.time()) + 300}, "x" * 64))
    guesses = log_since(mark)
    got = banned_by(guesses)
    expect("fail2ban bans who guesses tokens", got == {"127.0.0.1"}, (got, guesses[-500:]))
    matched = subprocess.run(["fail2ban-regex", "/tmp/auth.log", "/tmp/f2b/filter.d/sshd.conf", "--print-all-matched"], capture_output=True, text=True).stdout
    expect("and reads our line as it reads pam_unix's", matched.count("pam_jwt(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=127.0.0.1  user=alice") >= 5, matched)
    mark = log_mark()
    now = int(time.time())
    hostile = ["alice rhost=9.9.9.9 user=root", "x  rhost=9.9.9.9", "alice from 9.9.9.9 port 22 ssh2", "rhost=9.9.9.9", "x\nsshd[1]: Failed password for root from 9.9.9.9 port 22 ssh2"]
    for text in hostile:
        for claims in ({"sub": text}, {"sub": "alice", "iss": text, "exp": now - 500}, {"sub": "alice", "jti": text, "exp": 1}, {"sub": text + "@x", "exp": now + 300}, {"aud": text, "sub": "alice", "exp": now + 300}):
            by_password("alice", make(claims))
        by_password("alice", make({"sub": "alice", "exp": now + 300}, kid=text))
        by_password("alice", make({"sub": "alice", "exp": now + 300}, alg=text))
        by_password(text, make({"sub": text, "exp": now + 300}))
    log = log_since(mark)
    ours = "".join(l + "\n" for l in log.splitlines() if "pam_jwt(" in l)
    expect("hostile names and claims were logged (so that the next means something)", ours.count("9.9.9.9") >= 10, ours[-800:])
    got = banned_by(log)
    expect("nothing in a user name or a claim makes fail2ban ban another address", got <= {"127.0.0.1"}, got)
    got = banned_by(ours * 4, False)
    expect("nor do our lines alone, however often", got <= {"127.0.0.1"}, got)
    # The same hunt finds a line that does carry an address.
    got = banned_by("".join(l.replace("127.0.0.1", "9.9.9.9") + "\n" for l in guesses.splitlines()))
    expect("another address in sshd's own lines would be banned", got == {"9.9.9.9"}, got)


def checked():
    """check reads sshd's own settings from sshd."""
    keep = open("/etc/ssh/sshd_config").read()
    for lines, wanted in (("UsePAM yes\nKbdInteractiveAuthentication yes\n", []), ("UsePAM no\nKbdInteractiveAuthentication yes\n", ["error: sshd_config: UsePAM no"]),
                          ("UsePAM yes\nKbdInteractiveAuthentication no\n", ["warning: sshd_config: KbdInteractiveAuthentication no"]),
                          ("UsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no\n", ["error: sshd_config: KbdInteractiveAuthentication no and PasswordAuthentication no",
                                                                                                        "warning: sshd_config: KbdInteractiveAuthentication no"])):
        write("/etc/ssh/sshd_config", "HostKey /tmp/hostkey\n" + lines)
        said = [l for l in subprocess.run([BUILD + "/pam-jwt", "check"], capture_output=True, text=True).stdout.splitlines() if "sshd_config" in l]
        expect(f"check of sshd_config: {lines!r}", len(said) == len(wanted) and all(s.startswith(w) for s, w in zip(said, wanted)), said)
    write("/etc/ssh/sshd_config", keep)


def once():
    """One-time tokens with the hosts that they are for."""
    os.mkdir("/var/lib/pam_jwt", 0o700)
    configure("one_time = yes", "revocation = yes")
    fresh = lambda sub="alice", **more: good(sub, **dict({"jti": os.urandom(8).hex(), "iat": int(time.time()) - 5}, **more))
    for name, way in (("password", by_password), ("keyboard-interactive", lambda u, a: by_keyboard(u, [a]))):
        token = fresh()
        expect(f"once, sshd, {name}: it logs in, in all of sshd's processes", way("alice", token) == "alice")
        refused(f"once, sshd, {name}: and no second time", lambda: way("alice", token), "already_used: ")
    expect("once, sshd: the password still logs in", by_password("alice", PASSWORD) == "alice")
    token = fresh()
    got = [as_alice(["sudo", "-S", "id", "-un"], token + "\n").stdout for _ in range(2)]
    expect("once, sudo: it makes root, once", got == [b"root\n", b""], got)
    token = fresh(groups=["g%04d" % i for i in range(250)])
    parts = [token[i:i + 500] for i in range(0, len(token), 500)]
    got = [by_keyboard("alice", parts) for _ in range(2)]
    expect("once, sshd: a token in parts", got == ["alice", None], got)
    token = fresh()
    expect("once: a login that is refused uses nothing up", by_password("bob", token) is None and by_password("alice", token) == "alice")
    token = fresh()
    subprocess.run([BUILD + "/pam-jwt", "revoke", "--sub", "alice", "--before", "now"], capture_output=True)
    refused("revoked by subject: sshd refuses", lambda: by_password("alice", token), "revoked: all tokens of sub=alice issued until 20")
    as_root = subprocess.run([BUILD + "/pam-jwt", "revoked"], capture_output=True, text=True).stdout
    expect("and revoked lists it", "sub=alice issued until" in as_root, as_root)
    now = lambda sub: fresh(sub, iat=int(time.time()) + 5)

    # alice tries to stop everybody: su and sudo run with her own user number.
    wrong, stopped, ran_out = [], [], 0
    for turn in range(40 if "--slow" in sys.argv else 12):
        command = [["su", "bob", "-c", "true"], ["sudo", "-S", "true"]][turn % 2]
        token = now("bob" if turn % 2 == 0 else "alice")
        p = subprocess.Popen(["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", *command], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        p.stdin.write(token.encode() + b"\n"), p.stdin.close()
        time.sleep(0.002 + 0.0007 * turn)
        how = "STOP" if turn % 3 else "KILL"
        sent = subprocess.run(["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups", "kill", f"-{how}", str(p.pid)], capture_output=True)
        stopped.append(p)
        begin = time.monotonic()
        other = by_password("alice", now("alice"))
        if other != "alice" or time.monotonic() - begin > 10:
            wrong.append((turn, command, how, other, time.monotonic() - begin))
    expect("alice stops and kills her own su and sudo at any moment: others log in meanwhile", not wrong, wrong)
    for p in stopped:
        if p.poll() is None:
            os.kill(p.pid, signal.SIGKILL)
        p.wait()
    for limit in ("-n 3", "-n 5", "-n 8", "-f 0", "-t 1", "-v 60000", "-s 64"):
        subprocess.run(["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", "bash", "-c", f"ulimit {limit}; exec su bob -c true"],
                       input=now("bob").encode() + b"\n", capture_output=True)
        other = by_password("alice", now("alice"))
        if other != "alice":
            wrong.append((limit, other))
    expect("alice's limits harm her own logins alone", not wrong, wrong)
    os.chmod("/var/lib/pam_jwt", 0o777)
    refused("a state folder that others may write: refused", lambda: by_password("alice", now("alice")), "state_unavailable: the state folder /var/lib/pam_jwt: group or others")
    os.chmod("/var/lib/pam_jwt", 0o700)
    configure()


def sudo():
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
    services()
    step_up()
    root()
    groups()
    environment()
    account()
    once()
    fail2ban()
    checked()
    bleed()
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
