# SPDX-License-Identifier: BSD-2-Clause
"""record.py BUILD [--slow] [NAME...]: which login the account and session phases
see, in a real sshd, sudo and su. Changes the system it runs in: run it in the
view of hostroot.sh or in a fresh root. NAME is one of the functions of `cases`;
without --slow some have fewer rows."""
import base64, hashlib, hmac, itertools, json, os, re, signal, socket, subprocess, sys, time

import paramiko

BUILD = os.path.abspath(sys.argv[1])
SLOW, NAMES = "--slow" in sys.argv, [name for name in sys.argv[2:] if name != "--slow"]
HERE = os.path.dirname(os.path.abspath(__file__))
PORT, LOG, FOLDER = 2222, "/tmp/devlog", "/run/pam_jwt"
CONF, STATE = "/etc/security/pam_jwt.conf", "/var/lib/pam_jwt"
SECRET, PASSWORD = "5f2b" * 16, "correct.horse.battery"
METHODS = {"p": "publickey", "k": "keyboard-interactive", "w": "password"}
LISTS = ["".join(order) for n in (1, 2, 3) for order in itertools.permutations("pkw", n)]
TWICE = ("ww", "wkw", "kwk")  # sshd takes a method more than once
USERS = ["alice", "bob"] + ["u" + letters for letters in LISTS + list(TWICE)]
passed, failed = 0, 0
children = []


def expect(name, holds, said=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"ok   {name}" if holds else f"FAIL {name}: {str(said)[:2000]}", flush=True)


def write(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def remove(path):
    if os.path.lexists(path):
        os.unlink(path)


def spawn(*command, **options):
    children.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, **options))
    return children[-1]


def stop(child):
    child.send_signal(signal.SIGTERM)
    child.wait()
    children.remove(child)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(user, jti, ttl=300):
    now = int(time.time())
    claims = {"sub": user, "jti": jti, "role": "ops-" + jti, "iat": now - 1, "exp": now + ttl}
    text = b64(b'{"alg":"HS256","typ":"JWT"}') + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def log_mark():
    return os.path.getsize(LOG)


def log_since(mark):
    time.sleep(0.15)
    with open(LOG, "rb") as f:
        f.seek(mark)
        return f.read().decode(errors="replace")


class Connection:
    """One connection of a client that tries one method after the other."""

    def __init__(self, user, port=PORT):
        self.user, self.transport = user, paramiko.Transport(("127.0.0.1", port))
        self.transport.start_client(timeout=15)

    def attempt(self, method, answer=None):
        """True: it counted as a factor, or logged in."""
        try:
            if method == "p":
                self.transport.auth_publickey(self.user, KEY)
            elif method == "k":
                self.transport.auth_interactive(self.user, lambda *a: [answer for _ in a[2]])
            else:
                self.transport.auth_password(self.user, answer, fallback=False)
            return True
        except (paramiko.SSHException, EOFError, OSError):
            return False

    def environment(self):
        """What the session's command sees; None: there is no session."""
        try:
            if not self.transport.is_authenticated():
                return None
            channel = self.transport.open_session(timeout=5)
            channel.settimeout(5)
            channel.exec_command("env; echo END")
            said = channel.makefile().read().decode()
            return said if said.endswith("END\n") else None
        except (paramiko.SSHException, EOFError, OSError):
            return None

    def close(self):
        self.transport.close()


def log_in(user, *factors, port=PORT):
    """Logs in by (method, answer) factors: what env said, and the log."""
    mark, connection = log_mark(), Connection(user, port)
    for method, answer in factors:
        connection.attempt(method, answer() if callable(answer) else answer)
    said = connection.environment()
    connection.close()
    return said, log_since(mark)


STACK = """auth [success=1 ignore=ignore default=die] {b}/pam_jwt.so
auth [success=ok default=die] pam_unix.so try_first_pass nodelay
auth required pam_exec.so quiet /tmp/switch
auth required pam_permit.so
account required pam_exec.so quiet /tmp/pause
account required {b}/pam_jwt.so
account required pam_unix.so
{front}session required {b}/pam_jwt.so
{behind}session required {b}/pam_record.so session=/tmp/session
"""


def stack(front="", behind="", text=STACK, service="sshd"):
    write(f"/etc/pam.d/{service}", text.format(b=BUILD, front=front, behind=behind))


def limit():
    """The session's limit as the module behind ours saw it."""
    try:
        return re.match("limit=(.*)", open("/tmp/session").read())[1]
    except (FileNotFoundError, TypeError):
        return None


def configure(*lines):
    write(CONF, f"{SECRET_SETTING} = /etc/security/pam_jwt.secret\nfail_delay = 0\nclock_skew = 0\nsession_limit = yes\nrevocation = yes\nexport_env = JWT_ROLE=role\n"
          + "".join(line + "\n" for line in lines))


def known_setting():
    """secret_file, or in a build before it key_file."""
    said = subprocess.run([BUILD + "/pam-jwt", "settings"], capture_output=True, text=True).stdout
    return "secret_file" if "secret_file" in said else "key_file"


def start_sshd(name, port, before=(), more="", program="/usr/sbin/sshd", **options):
    path = f"/tmp/{name}.conf"
    text = f"Port {port}\nListenAddress 127.0.0.1\nHostKey /tmp/hostkey-{name}\nUsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n" \
           f"PermitRootLogin yes\nStrictModes no\nPidFile none\nMaxStartups 100\nMaxAuthTries 20\n"
    if not os.path.exists(f"/tmp/hostkey-{name}"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"/tmp/hostkey-{name}"], check=True)
    write(path, text)
    if "persourcepenalties" in subprocess.run(["/usr/sbin/sshd", "-T", "-f", path], capture_output=True, text=True).stdout.lower():
        text += "PerSourcePenalties no\n"
    write(path, text + more)
    child = spawn(*before, program, "-D", "-f", path, stderr=subprocess.DEVNULL, **options)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return child
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing listens on {port}")


def set_up():
    global KEY, SECRET_SETTING
    spawn("/usr/bin/python3", os.path.join(HERE, "devlog.py"), LOG)
    for user in USERS:
        subprocess.run(["useradd", "-m", "-s", "/bin/sh", user], check=True)
    subprocess.run(["chpasswd"], input="".join(f"{u}:{PASSWORD}\n" for u in USERS), text=True, check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/tmp/key"], check=True)
    KEY = paramiko.Ed25519Key.from_private_key_file("/tmp/key")
    for user in USERS:
        os.makedirs(f"/home/{user}/.ssh")
        write(f"/home/{user}/.ssh/authorized_keys", open("/tmp/key.pub").read())
    SECRET_SETTING = known_setting()
    write("/etc/security/pam_jwt.secret", SECRET + "\n", 0o600)
    os.makedirs(STATE, 0o700, exist_ok=True)
    os.makedirs("/run/sshd", exist_ok=True)
    configure()
    write("/tmp/switch", "#!/bin/sh\n[ ! -e /tmp/refuse ]\n", 0o755)
    for name in ("pause", "pause-session"):
        write(f"/tmp/{name}", f"#!/bin/sh\n[ ! -e /tmp/{name}.sh ] || exec sh /tmp/{name}.sh\n", 0o755)
    stack()
    write("/etc/sudoers", "Defaults !lecture, timestamp_timeout=0\nroot ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL, NOPASSWD: /bin/true\n", 0o440)
    start_sshd("main", PORT, more="".join(f"Match User u{letters}\nAuthenticationMethods {','.join(METHODS[m] for m in letters)}\n" for letters in LISTS + list(TWICE)))
    for _ in range(100):
        if os.path.exists("/dev/log"):
            break
        time.sleep(0.05)


def tokens_of(letters):
    """For each list, the factors that are tokens, in every way but none."""
    askers = [m for m in letters if m != "p"]
    for n in range(1, len(askers) + 1):
        yield from itertools.combinations(askers, n)


def every_order():
    """Whose token is the session's, whatever order the factors have."""
    for letters in LISTS:
        for given in tokens_of(letters):
            user = "u" + letters
            name = ",".join(METHODS[m] + (" (token)" if m in given else "") for m in letters)
            remove("/tmp/session")
            said, log = log_in(user, *[(m, token(user, m) if m in given else PASSWORD) for m in letters])
            opened = re.findall(rf"pam_jwt\(sshd:session\): session opened: user={user} identity={user} jti=(.) exp=", log)
            expect(f"{name}: the last token's session", said and opened == [given[-1]] and f"JWT_ROLE=ops-{opened[0]}\n" in said and
                   "PAM_JWT" not in said and (limit() or "").isdigit(), (said, log, limit()))
    left = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    expect("no record is left", not left, left)
    said, log = log_in("up", ("p", None))
    expect("publickey alone: nothing of ours", said and "JWT" not in said and "pam_jwt(" not in log, (said, log))
    for method in "kw":
        said, log = log_in("u" + method, (method, PASSWORD))
        expect(f"{METHODS[method]} with a password: nothing of ours", said and "JWT" not in said and "pam_jwt(" not in log, (said, log))


def twice():
    """A method that is asked for twice: a token, then a password, and the other way."""
    for letters in TWICE:
        for at in [n for n, m in enumerate(letters) if letters.count(m) == 2]:
            user = "u" + letters
            remove("/tmp/session")
            said, log = log_in(user, *[(m, token(user, "twice") if n == at else PASSWORD) for n, m in enumerate(letters)])
            if letters[at] == "k" and at > 0:
                expect("the second keyboard-interactive, which sshd gives no account phase, takes no token", said is None and "accepted" not in log and
                       "state_unavailable: " in log and "sshd judges no second one" in log, (said, log))
                continue
            expect(f"{','.join(METHODS[m] + (' (token)' if n == at else '') for n, m in enumerate(letters))}: the token's session",
                   said and "JWT_ROLE=ops-twice\n" in said and f"session opened: user={user} identity={user} jti=twice" in log and (limit() or "").isdigit(), (said, log))


def ends_between(letters, given, how):
    """The token of `given` ends behind its auth phase. True: no session."""
    user, is_last = "u" + letters, given == letters[-1]
    jti = f"{letters}-{given}-{how}"
    end = f"{BUILD}/pam-jwt revoke --jti {jti} >/dev/null 2>&1" if how == "revoked" else "sleep 3"
    # Behind the account phase of keyboard-interactive there is no other: in front of the session line.
    pause = "/tmp/pause-session.sh" if is_last and "k" in letters[:-1] else "/tmp/pause.sh"
    if is_last:
        write(pause, end + "\ntrue\n")
    mark, connection = log_mark(), Connection(user)
    for method in letters:
        connection.attempt(method, token(user, jti, 2 if how == "expired" else 300) if method == given else PASSWORD)
        if method == given and not is_last:
            subprocess.run(end, shell=True)
    said = connection.environment()
    connection.close()
    remove(pause)
    return said, log_since(mark)


def ends():
    """Expired or revoked between its factor and the session."""
    stack("session required pam_exec.so quiet /tmp/pause-session\n")
    for letters in LISTS if SLOW else ("pk", "pw", "kp", "kw", "wkp"):
        for given in [m for m in letters if m != "p"]:
            for how in ("expired", "revoked") if SLOW or letters == "kp" else ("revoked",):
                name = ",".join(METHODS[m] + (" (token)" if m == given else "") for m in letters)
                said, log = ends_between(letters, given, how)
                # sshd calls no account phase behind that of keyboard-interactive.
                phase = "account" if given == letters[-1] and "k" not in letters[:-1] or letters.find("k") > letters.find(given) else "account|session"
                expect(f"{name}: {how} meanwhile, and no session", said is None and "pam_jwt(sshd:auth): accepted" in log and
                       re.search(rf"pam_jwt\(sshd:({phase})\): {how}: ", log) and "session opened" not in log, (said, log))
    # Of two tokens the first is revoked behind the second's auth phase.
    for letters in ("kw", "wk"):
        user, mark = "u" + letters, log_mark()
        write("/tmp/pause-session.sh", f"{BUILD}/pam-jwt revoke --jti first-{letters} >/dev/null 2>&1\ntrue\n")
        said, log = log_in(user, *[(m, token(user, f"{'first' if m == letters[0] else 'second'}-{letters}")) for m in letters])
        remove("/tmp/pause-session.sh")
        expect(f"{user}: the first of two tokens is revoked meanwhile, and no session", said is None and log.count("accepted: ") == 2 and "): revoked: " in log, (said, log))
    stack()


def second_refused():
    """A counted token, and behind it one that this or another module refuses."""
    for letters, counted in (("kw", "k"), ("wk", "w"), ("kwp", "k"), ("wkp", "w"), ("pkw", "k"), ("pwk", "w")):
        for why in ("another module", "pam_jwt"):
            user, mark = "u" + letters, log_mark()
            remove("/tmp/session")
            connection = Connection(user)
            for method in letters:
                if method == counted:
                    connection.attempt(method, token(user, "first"))
                    continue
                if method in "kw":
                    if why == "another module":
                        write("/tmp/refuse", "")
                    refused = not connection.attempt(method, token(user if why == "another module" else "bob", "second"))
                    remove("/tmp/refuse")
                    expect(f"{user}: {why} refuses the second token", refused)
                connection.attempt(method, PASSWORD)
            said = connection.environment()
            connection.close()
            log = log_since(mark)
            expect(f"{user}: the first token's session, {why} having refused a second", said and "JWT_ROLE=ops-first\n" in said and
                   f"session opened: user={user} identity={user} jti=first" in log and (limit() or "").isdigit(), (said, log))


def failed_attempt(first, then, front=""):
    """A token that another module refuses, then another method."""
    stack(front)
    remove("/tmp/session")
    mark, connection = log_mark(), Connection("alice")
    write("/tmp/refuse", "")
    connection.attempt(first, token("alice", "stale"))
    remove("/tmp/refuse")
    connection.attempt(then, PASSWORD)
    said = connection.environment()
    connection.close()
    stack()
    return said, log_since(mark)


def gives_up():
    """A keyboard-interactive that its account phase has confirmed, and that the
    client gives up at a later question there: it has not counted."""
    stack(text=STACK.replace("account required pam_unix.so", "account required {b}/pam_record.so ask\naccount required pam_unix.so"))
    client = paramiko.auth_handler.AuthHandler
    original, seen = client._parse_userauth_info_request, []

    def handle(function):
        client._parse_userauth_info_request = function
        if isinstance(client._client_handler_table, dict):  # of an older paramiko
            client._client_handler_table[paramiko.common.MSG_USERAUTH_INFO_REQUEST] = function

    def answer(handler, message):
        seen.append(len(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else 0)
        if len(seen) == 1:
            return original(handler, message)
        handler.auth_method, handler.private_key = "publickey", KEY
        accept = paramiko.Message()
        accept.add_string("ssh-userauth")
        accept.rewind()
        return handler._parse_service_accept(accept)

    handle(answer)
    remove("/tmp/session")
    said, log = log_in("alice", ("k", token("alice", "given-up")))
    handle(original)
    stack()
    expect("given up behind its account phase: nothing of the token", seen == [0, 1] and said and "JWT" not in said and "Accepted publickey" in log and
           "pam_jwt(sshd:session)" not in log and os.listdir(FOLDER) == [], (seen, said, log))


def failed_attempts():
    """What failed reaches no session, whatever a person says of it."""
    for first in "kw":
        for then in "pkw":
            said, log = failed_attempt(first, then)
            # Behind a failed password libpam's pam_setcred() may remember the refusal.
            refused = said is None and "pam_setcred()" in log
            expect(f"a failed {METHODS[first]} leaves nothing to {METHODS[then]}", (refused or (said and "JWT" not in said)) and
                   "pam_jwt(sshd:auth): accepted" in log and "pam_jwt(sshd:session)" not in log, (said, log))
    # Expired meanwhile it is nobody's business either.
    mark, connection = log_mark(), Connection("alice")
    write("/tmp/refuse", "")
    connection.attempt("w", token("alice", "stale", 1))
    remove("/tmp/refuse")
    time.sleep(2)
    connection.attempt("p")
    said = connection.environment()
    connection.close()
    expect("a failed token that has expired since is forgotten", said and "JWT" not in said, (said, log_since(mark)))
    # A module in front that ends auth: ours does not hear of the second attempt.
    write("/tmp/front", "#!/bin/sh\n[ -e /tmp/front-in ]\n", 0o755)
    stack(text="auth sufficient pam_exec.so quiet /tmp/front\n" + STACK)
    connection = Connection("alice")
    write("/tmp/refuse", "")
    connection.attempt("w", token("alice", "stale"))
    write("/tmp/front-in", "")
    connection.attempt("w", "anything")
    remove("/tmp/refuse"), remove("/tmp/front-in")
    said = connection.environment()
    connection.close()
    stack()
    expect("a failed token, and a module in front that lets in: nothing of the token", said and "JWT" not in said, said)
    for value in ("password", "keyboard-interactive/pam"):
        write("/home/alice/.pam_environment", f"SSH_AUTH_INFO_0 OVERRIDE={value}\n")
        for first in "kw":
            said, log = failed_attempt(first, "p", "session required pam_env.so user_readenv=1\n")
            expect(f"a failed {METHODS[first]}, and a person who says {value}", said and "JWT" not in said and "pam_jwt(sshd:session)" not in log, (said, log))
    remove("/home/alice/.pam_environment")


FORGED = '{"user":"root","identity":"ceo","exp":4102444800.0,"ends":4102444800.0,"limit":false,"process":1,"env":["JWT_ROLE=admin"]}'


def forged():
    """A person's own file, read in front of our session line and behind it."""
    pam_env = "session required pam_env.so user_readenv=1\n"
    for place, lines in (("in front", {"front": pam_env}), ("behind", {"behind": pam_env}), ("in auth", {"front": "", "text": STACK.replace(
            "account required pam_exec", "auth required pam_env.so user_readenv=1\naccount required pam_exec")})):
        stack(**lines)
        for listed in ("", "password", "keyboard-interactive/pam", "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"):
            for record in (FORGED, "") if SLOW else (FORGED,):
                override = f'SSH_AUTH_INFO_0 DEFAULT="{listed}" OVERRIDE="{listed}"\n' if listed else "SSH_AUTH_INFO_0 DEFAULT= OVERRIDE=\n"
                write("/home/alice/.pam_environment", f"PROOF DEFAULT=yes\nPAM_JWT_LOGIN DEFAULT={record} OVERRIDE={record}\n" + override)
                name = f"{place}, SSH_AUTH_INFO_0={listed.split(' ')[0]}, PAM_JWT_LOGIN={'forged' if record else 'empty'}"
                for method, answer in (("p", None), ("k", PASSWORD), ("w", PASSWORD)):
                    said, log = log_in("alice", (method, answer))
                    expect(f"{name}: {METHODS[method]} without a token", said and not re.search("^JWT_", said, re.M) and "pam_jwt(sshd" not in log and
                           ("PROOF=yes" in said or place == "in auth"), (said, log))
                for method in "kw":
                    remove("/tmp/session")
                    said, log = log_in("alice", (method, token("alice", "true")))
                    expect(f"{name}: {METHODS[method]} with a token", said and "JWT_ROLE=ops-true\n" in said and (limit() or "").isdigit() and
                           "session opened: user=alice identity=alice jti=true" in log and "ceo" not in log, (said, log, limit()))
    remove("/home/alice/.pam_environment")
    stack()


def setcred_calls():
    try:
        return len(open("/tmp/setcred").readlines())
    except FileNotFoundError:
        return 0


SETCRED = """auth [success=done ignore=ignore default=die] {b}/pam_jwt.so
auth [success=ok default=die] pam_unix.so try_first_pass nodelay
auth required {b}/pam_record.so setcred=/tmp/setcred
account required {b}/pam_jwt.so
account required pam_unix.so
session required {b}/pam_jwt.so
session required pam_permit.so
"""
ALONE = """auth required {b}/pam_jwt.so
account required {b}/pam_jwt.so
session required {b}/pam_jwt.so
session required pam_permit.so
"""


# As the manual shows it, with our recorder in pam_env's place.
NOT_SKIPPED = """auth [success=1 ignore=ignore default=die] {b}/pam_jwt.so
auth [success=ok default=die] pam_unix.so try_first_pass nodelay
auth required {b}/pam_record.so setcred=/tmp/setcred
auth required pam_permit.so
account required {b}/pam_jwt.so
account required pam_unix.so
session required {b}/pam_jwt.so
session required pam_permit.so
"""


def as_alice(*command, text=""):
    return subprocess.run(["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", *command], input=text, capture_output=True, text=True,
                          cwd="/", env={"PATH": os.environ["PATH"], "HOME": "/home/alice"})


def setcred():
    """A success for a login without a token skips the setcred of those behind."""
    stack(text=SETCRED)
    ways = [("sshd, publickey", None, lambda: log_in("alice", ("p", None))[0])]
    for method in "kw":
        for kind, answer in (("a password", PASSWORD), ("a token", lambda: token("alice", "c"))):
            ways.append((f"sshd, {METHODS[method]}, {kind}", kind, lambda method=method, answer=answer: log_in("alice", (method, answer))[0]))
    for service in ("sudo", "su"):
        stack(text=SETCRED, service=service)
    sudo, su = ["sudo", "-S", "id", "-un"], ["su", "bob", "-c", "id -un"]
    ways += [("sudo, a password", "a password", lambda: as_alice(*sudo, text=PASSWORD + "\n").stdout),
             ("sudo, a token", "a token", lambda: as_alice(*sudo, text=token("alice", "c") + "\n").stdout),
             ("sudo, NOPASSWD", None, lambda: as_alice("sudo", "/bin/true").returncode == 0),
             ("su, a password", "a password", lambda: as_alice(*su, text=PASSWORD + "\n").stdout),
             ("su, a token", "a token", lambda: as_alice(*su, text=token("bob", "c") + "\n").stdout)]
    for name, kind, way in ways:
        remove("/tmp/setcred")
        is_in = way()
        calls = setcred_calls()
        expect(f"setcred, {name}: {'skipped by done' if kind == 'a token' else 'the modules behind are called'}",
               is_in and (calls == 0 if kind == "a token" else calls > 0), (is_in, calls))
    for service in ("sshd", "sudo", "su"):
        stack(text=NOT_SKIPPED, service=service)
    for name, kind, way in ways:
        remove("/tmp/setcred")
        is_in = way()
        calls = setcred_calls()
        expect(f"setcred, {name}: in the manual's other stack all are called", is_in and calls > 0, (is_in, calls))
    for method in "kw":
        expect(f"the manual's other stack, {METHODS[method]}: a wrong password is refused", log_in("alice", (method, PASSWORD + "x"))[0] is None)
    for service in ("sshd", "sudo", "su"):
        stack(text=ALONE, service=service)
    for method in "kw":
        said, log = log_in("alice", (method, token("alice", "alone")))
        expect(f"setcred, {METHODS[method]}: a token with pam_jwt alone in auth", said and "jti=alone" in log, (said, log))
    stack(text=ALONE.replace("session required {b}/pam_jwt.so\n", ""))
    for method in "kw":
        said, log = log_in("alice", (method, token("alice", "alone")))
        expect(f"setcred, {METHODS[method]}: a token with pam_jwt alone in auth, and no session line", said, (said, log))
    said = as_alice(*sudo, text=token("alice", "alone") + "\n")
    expect("setcred, sudo: a token with pam_jwt alone in auth", said.stdout == "root\n", said)
    said = as_alice(*su, text=token("bob", "alone") + "\n")
    expect("setcred, su: a token with pam_jwt alone in auth", said.stdout == "bob\n", said)
    stack()


def sudo_and_su():
    """PAM_USER changes behind sudo's account phase; the audit line has both."""
    for service in ("sudo", "sudo-i", "su"):
        stack(text=ALONE, service=service)
    for command, user, target in ((["sudo", "-S", "env"], "alice", "root"), (["sudo", "-S", "-u", "bob", "env"], "alice", "bob"), (["sudo", "-S", "-i", "env"], "alice", "root"),
                                  (["su", "bob", "-c", "env"], "bob", None)):
        mark = log_mark()
        r = as_alice(*command, text=token(user, "step") + "\n")
        log = log_since(mark)
        behind = rf" target={target}$" if target else "$"
        expect(f"{' '.join(command)}: variables and both names", "JWT_ROLE=ops-step\n" in r.stdout and "PAM_JWT" not in r.stdout and
               all(len(re.findall(rf"session {what}: user={user} identity={user} jti=step exp=\d+{behind}", log, re.M)) == 1 for what in ("opened", "closed")), (r, log))
    mark = log_mark()
    r = as_alice("sudo", "/bin/true")
    log = log_since(mark)
    expect("sudo NOPASSWD with pam_jwt alone: nothing of ours", "session opened" not in log, (r, log))
    # A record whose user is neither: the session is refused.
    stack(text=ALONE, service="sudo")
    write("/etc/sudoers", "Defaults !lecture, timestamp_timeout=0, rootpw\nroot ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL\n", 0o440)
    configure("allow_root = yes")
    mark = log_mark()
    r = as_alice("sudo", "-S", "-u", "bob", "id", "-un", text=token("root", "step") + "\n")
    log = log_since(mark)
    expect("sudo rootpw to a third user: refused by a required session line", r.stdout == "" and "the token logged in root, but PAM_USER is bob" in log, (r, log))
    write("/etc/sudoers", "Defaults !lecture, timestamp_timeout=0\nroot ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL, NOPASSWD: /bin/true\n", 0o440)
    configure()


def without_token(port, name, user="alice"):
    for method, answer in (("p", None), ("w", PASSWORD)):
        said, log = log_in(user, (method, answer), port=port)
        expect(f"{name}: {METHODS[method]} without a token logs in", said and "JWT" not in said, (said, log))


def read_only_run():
    """No record can be made; PAM data alone serves."""
    before = ["unshare", "-m", "--propagation", "private", "sh", "-c", "mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd && mount -o remount,ro /run && exec \"$@\"", "sh"]
    sshd = start_sshd("readonly", 2223, before)
    said, log = log_in("alice", ("k", token("alice", "ro")), port=2223)
    expect("read-only /run: keyboard-interactive refuses a token", said is None and "pam_jwt(sshd:auth): state_unavailable: " in log and
           f"{FOLDER}: a read-only file system" in log and "accepted" not in log, (said, log))
    remove("/tmp/session")
    said, log = log_in("alice", ("w", token("alice", "ro")), port=2223)
    expect("read-only /run: the password method takes it, and PAM data serves", said and "JWT_ROLE=ops-ro\n" in said and (limit() or "").isdigit() and
           "session opened: user=alice identity=alice jti=ro" in log, (said, log))
    without_token(2223, "read-only /run")
    said, log = log_in("alice", ("k", PASSWORD), port=2223)
    expect("read-only /run: keyboard-interactive takes a password", said and "JWT" not in said, (said, log))
    stop(sshd)


def not_root():
    """sshd as an ordinary user: public keys, and no folder of root's."""
    subprocess.run(f"{BUILD}/pam-jwt keygen --alg ES256 --out /tmp/issuer; install -m 644 /tmp/issuer.pub /etc/security/issuer.pub", shell=True, check=True, capture_output=True)
    write(CONF, "key_file = /etc/security/issuer.pub\nfail_delay = 0\nsession_limit = yes\nexport_env = JWT_ROLE=role\n")
    issue = lambda: subprocess.run([BUILD + "/pam-jwt", "issue", "--key", "/tmp/issuer", "--sub", "alice", "--claim", "role=\"ops-own\"", "--claim", "jti=\"own\""],
                                   capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/tmp/hostkey-own"], check=True)
    subprocess.run(["chown", "alice", "/tmp/hostkey-own"], check=True)
    sshd = start_sshd("own", 2224, ["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups"])
    said, log = log_in("alice", ("k", issue()), port=2224)
    expect("not root: keyboard-interactive refuses a token", said is None and "pam_jwt(sshd:auth): state_unavailable: " in log and "only root can leave one" in log, (said, log))
    remove("/tmp/session")
    said, log = log_in("alice", ("w", issue()), port=2224)
    expect("not root: the password method takes it, and PAM data serves", said and "JWT_ROLE=ops-own\n" in said and "identity=alice jti=own" in log, (said, log))
    without_token(2224, "not root")
    stop(sshd)
    # Alice's now: with fs.protected_regular root must not write to it in /tmp.
    remove("/tmp/session")
    configure()


def folders():
    """A folder that others can use is not ours; what is stale goes."""
    subprocess.run(["rm", "-rf", FOLDER])
    bad = (("mode 0777", f"mkdir -m 777 {FOLDER}"), ("mode 0750", f"mkdir -m 750 {FOLDER}"), ("alice's", f"mkdir -m 700 {FOLDER}; chown alice {FOLDER}"),
           ("a link", f"mkdir -m 700 /run/elsewhere; ln -s elsewhere {FOLDER}"), ("a file", f"touch {FOLDER}"))
    for name, command in bad:
        subprocess.run(command, shell=True, check=True)
        said, log = log_in("alice", ("k", token("alice", "f")))
        expect(f"{FOLDER}, {name}: a token is refused", said is None and "state_unavailable: " in log and FOLDER in log, (said, log))
        expect(f"{FOLDER}, {name}: a password is not", log_in("alice", ("k", PASSWORD))[0] is not None)
        subprocess.run(["rm", "-rf", FOLDER, "/run/elsewhere"])
    said, log = log_in("alice", ("k", token("alice", "f")))
    status = os.stat(FOLDER)
    expect(f"{FOLDER} is made, root's alone", said and status.st_uid == 0 and status.st_mode & 0o777 == 0o700, (said, log))
    boot = open("/proc/sys/kernel/random/boot_id").read().strip()
    space = os.stat("/proc/self/ns/pid").st_ino
    start = open("/proc/self/stat").read().rpartition(")")[2].split()[19]
    other = "00000000-0000-0000-0000-000000000000"
    stale = [f"{boot}.{space}.{os.getpid()}.{int(start) + 1}.confirmed", f"{boot}.{space}.4194303.5.pending", f"{other}.{space}.{os.getpid()}.{start}.confirmed",
             f"{boot}.{space}.4194303.6.new"]
    fresh = [f"{boot}.{space}.{os.getpid()}.{start}.confirmed", f"{boot}.{space + 1}.4194303.5.confirmed", "not-ours"]
    for method in "kwp":
        for name in stale + fresh:
            write(f"{FOLDER}/{name}", "{}", 0o600)
        log_in("alice", (method, None if method == "p" else token("alice", "f")))
        expect(f"{METHODS[method]}: records of processes that are gone go, and no others", sorted(os.listdir(FOLDER)) == sorted(fresh), os.listdir(FOLDER))
    subprocess.run(["rm", "-rf", FOLDER])
    log_in("alice", ("p", None)), log_in("alice", ("w", PASSWORD)), log_in("alice", ("w", token("alice", "f")))
    expect("logins that leave no file make no folder", not os.path.exists(FOLDER))


def several_at_once():
    """Each connection has its own token's session."""
    connections = [Connection(user) for user in ("alice", "bob") * 5]
    for n, connection in enumerate(connections):
        connection.attempt("k" if n % 3 else "w", token(connection.user, f"at{n}"))
    wrong = [n for n, connection in enumerate(connections) if f"JWT_ROLE=ops-at{n}\n" not in (connection.environment() or "")]
    for connection in connections:
        connection.close()
    expect("ten connections at once", not wrong, wrong)


def few_rights():
    """Root in a container: without CAP_SYS_PTRACE sshd's child may not see its
    parent's executable, once that has changed its user for a key."""
    lists = "".join(f"Match User u{letters}\nAuthenticationMethods {','.join(METHODS[m] for m in letters)}\n" for letters in ("pk", "wpk"))
    sshd = start_sshd("few", 2226, ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-all"], lists)
    for user, factors in (("alice", "k"), ("upk", "pk"), ("uwpk", "wpk")):
        remove("/tmp/session")
        said, log = log_in(user, *[(m, token(user, "few") if m == "k" else PASSWORD) for m in factors], port=2226)
        expect(f"without CAP_SYS_PTRACE, {','.join(METHODS[m] for m in factors)}: the token's session", said and "JWT_ROLE=ops-few\n" in said and (limit() or "").isdigit(), (said, log))
    stop(sshd)


def another_delay():
    """Whether an attempt of the monitor counts is known by libpam's delay alone."""
    stack(text="auth optional {b}/pam_record.so delay\n" + STACK)
    said, log = log_in("alice", ("w", token("alice", "d")))
    expect("another module's PAM_FAIL_DELAY: the password method refuses a token", said is None and "state_unavailable: another module has taken PAM_FAIL_DELAY" in log and
           "accepted" not in log, (said, log))
    said, log = log_in("alice", ("k", token("alice", "d")))
    expect("another module's PAM_FAIL_DELAY: keyboard-interactive takes it", said and "JWT_ROLE=ops-d\n" in said, (said, log))
    expect("another module's PAM_FAIL_DELAY: a password logs in", log_in("alice", ("w", PASSWORD))[0] is not None)
    stack()


def delays():
    """What libpam would sleep after a failure, our function sleeps in its place."""
    stack()
    write(CONF, f"{SECRET_SETTING} = /etc/security/pam_jwt.secret\nfail_delay = 2s\n")
    connection = Connection("alice")
    write("/tmp/refuse", "")
    begin = time.monotonic()
    connection.attempt("w", token("alice", "slow"))
    took = time.monotonic() - begin
    remove("/tmp/refuse")
    begin = time.monotonic()
    counted = connection.attempt("w", token("alice", "fast"))
    fast = time.monotonic() - begin
    connection.close()
    expect("a token that another module refuses takes fail_delay, one that counts does not", 1 <= took < 5 and counted and fast < 1, (took, fast))
    configure()


def another_name():
    """sshd as another program is known by its terminal's name."""
    if os.path.exists("/usr/lib/openssh/sshd-session"):
        return  # there the listener runs sshd-session, whatever its own name is
    subprocess.run(["cp", "/usr/sbin/sshd", "/usr/sbin/gateway"], check=True)
    stack(service="gateway")
    sshd = start_sshd("gateway", 2225, program="/usr/sbin/gateway")
    for method in "kw":
        remove("/tmp/session")
        said, log = log_in("alice", (method, token("alice", "gate")), port=2225)
        expect(f"sshd by another name, {METHODS[method]}: the token's session", said and "JWT_ROLE=ops-gate\n" in said and (limit() or "").isdigit() and
               "pam_jwt(gateway:session): session opened: user=alice identity=alice jti=gate" in log, (said, log))
    stop(sshd)


cases = [every_order, twice, ends, second_refused, gives_up, failed_attempts, forged, setcred, sudo_and_su, read_only_run, not_root, folders, several_at_once, few_rights, another_delay, delays, another_name]
set_up()
try:
    for case in cases:
        if not NAMES or case.__name__ in NAMES:
            case()
finally:
    for child in list(children):
        stop(child)
print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(1 if failed else 0)
