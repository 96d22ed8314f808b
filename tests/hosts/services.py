# SPDX-License-Identifier: BSD-2-Clause
"""services.py BUILD: PostgreSQL roles and mail accounts that are not Unix
accounts log in by token (local_account = none). Runs in the throw-away view of
hostroot.sh, whose /etc, users and /dev/log are its own."""
import glob, imaplib, os, pwd, shutil, signal, socket, subprocess, sys, time

BUILD, HERE = os.path.abspath(sys.argv[1]), os.path.dirname(os.path.abspath(__file__))
SQL, IMAP, REDIS, LOG = 15432, 10143, 16379, "/tmp/devlog"
CONF, TOOL = "/etc/security/pam_jwt.conf", os.path.join(BUILD, "pam-jwt")
passed = failed = 0
children = []


def expect(name, holds, said=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"ok   {name}" if holds else f"FAIL {name}: {said!r}", flush=True)


def write(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def spawn(*command, **options):
    children.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options))


def wait_for(port):
    for _ in range(150):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    print(f"FAIL nothing listens on {port}\n{passed} passed, {failed + 1} failed, 0 skipped")
    sys.exit(1)


def log_of(what):
    """What `what` returns, and what the log got meanwhile."""
    mark = os.path.getsize(LOG)
    result = what()
    time.sleep(0.2)
    with open(LOG, "rb") as f:
        f.seek(mark)
        return result, f.read().decode(errors="replace")


def token(sub, *more, key="/tmp/key.pem"):
    return run(TOOL, "issue", "--key", key, "--sub", sub, "--iss", "https://idp.example", "--aud", "db", *more).stdout.strip()


def configure(*lines):
    write(CONF, "\n".join(["services = postgresql dovecot", "local_account = none", "issuer = https://idp.example", "audience = db", "key_file = /etc/security/pam_jwt.pub",
                           "fail_delay = 0", *lines]) + "\n")


def set_up():
    spawn("/usr/bin/python3", os.path.join(HERE, "devlog.py"), LOG)
    modules = os.path.dirname(glob.glob("/usr/lib/*/security/pam_unix.so")[0])
    for name in ("pam_jwt.so", "pam_jwt_token.so", "pam_jwt_redis.so"):
        if os.path.exists(os.path.join(BUILD, name)):
            shutil.copy(os.path.join(BUILD, name), modules)
    for name in ("key", "thief"):
        run(TOOL, "keygen", "--alg", "ES256", "--out", f"/tmp/{name}.pem")
    shutil.copy("/tmp/key.pem.pub" if os.path.exists("/tmp/key.pem.pub") else glob.glob("/tmp/key*pub*")[0], "/etc/security/pam_jwt.pub")
    os.chmod("/etc/security/pam_jwt.pub", 0o644)
    configure()
    stack = "auth required pam_jwt.so\naccount required pam_jwt.so\n"
    write("/etc/pam.d/postgresql", stack)
    write("/etc/pam.d/dovecot", stack)


def set_up_sql():
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    account = pwd.getpwnam("postgres")
    os.mkdir("/tmp/sql", 0o700)
    os.chown("/tmp/sql", account.pw_uid, account.pw_gid)
    as_postgres = dict(user="postgres", group="postgres", extra_groups=[], cwd="/tmp/sql")
    made = run(f"{programs}/initdb", "-D", "/tmp/sql/data", "-A", "trust", "-N", **as_postgres)
    if made.returncode != 0:
        print(made.stderr)
    write("/tmp/sql/data/pg_hba.conf", "local all postgres peer\nhost all all 127.0.0.1/32 pam pamservice=postgresql\n")
    spawn(f"{programs}/postgres", "-D", "/tmp/sql/data", "-p", str(SQL), "-k", "/tmp/sql", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", **as_postgres)
    wait_for(SQL)
    roles = run("psql", "-h", "/tmp/sql", "-p", str(SQL), "-c", "create role app_reader login; create role root login; create role other login", "postgres", **as_postgres)
    expect("PostgreSQL has roles that are not Unix accounts", roles.returncode == 0 and run("getent", "passwd", "app_reader").returncode == 2, roles.stderr)


def sql(role, password):
    """Who it is, or None."""
    done = run("psql", "-h", "127.0.0.1", "-p", str(SQL), "-U", role, "-Atwc", "select session_user", "postgres", env=dict(os.environ, PGPASSWORD=password))
    return done.stdout.strip() if done.returncode == 0 else None


def postgresql():
    said, log = log_of(lambda: sql("app_reader", token("app_reader")))
    expect("PostgreSQL: a role logs in by token", said == "app_reader" and "(postgresql:auth): accepted: user=app_reader" in log, (said, log))
    long = token("app_reader", "--claim", 'groups="' + "x" * 8000 + '"')
    said, log = log_of(lambda: sql("app_reader", long))
    expect(f"PostgreSQL: a token of {len(long)} bytes", said == "app_reader", (said, log))
    for name, role, given, reason in (("forged", "app_reader", token("app_reader", key="/tmp/thief.pem"), "bad_signature"), ("another role's", "other", token("app_reader"), "user_mismatch"),
                                      ("expired", "app_reader", token("app_reader", "--claim", f"exp={int(time.time()) - 600}", "--claim", f"iat={int(time.time()) - 900}"), "expired"),
                                      ("root's", "root", token("root"), "user_not_allowed")):
        said, log = log_of(lambda: sql(role, given))
        expect(f"PostgreSQL: {name} token", said is None and reason in log, (said, log))
    said, log = log_of(lambda: sql("app_reader", "a.password"))
    expect("PostgreSQL: a password", said is None and "accepted" not in log, (said, log))
    configure("one_time = yes")
    said, log = log_of(lambda: sql("app_reader", token("app_reader")))
    expect("PostgreSQL runs as postgres: a state of root's refuses", said is None and "state_unavailable" in log, (said, log))
    configure("allow_users = other")
    said, log = log_of(lambda: sql("app_reader", token("app_reader")))
    expect("PostgreSQL: allow_users", said is None and "is not in allow_users" in log, (said, log))
    write("/etc/security/roles.map", "/team:(.*)/ app_\\1\n")
    configure("user_map = /etc/security/roles.map")
    said, log = log_of(lambda: sql("app_reader", token("team:reader")))
    expect("PostgreSQL: user_map gives the role", said == "app_reader", (said, log))
    configure()
    write(CONF, open(CONF).read().replace("local_account = none\n", ""))
    said, log = log_of(lambda: sql("app_reader", token("app_reader")))
    expect("PostgreSQL: local_account = required", said is None and "unknown_user" in log, (said, log))


def postgresql_with_redis():
    if not shutil.which("redis-server"):
        return
    spawn("redis-server", "--port", str(REDIS), "--bind", "127.0.0.1", "--dir", "/tmp", "--save", "")
    wait_for(REDIS)
    configure("revocation = yes", "one_time = yes", f"state = redis://127.0.0.1:{REDIS}/0")
    once = token("app_reader")
    got = [log_of(lambda: sql("app_reader", once)) for _ in range(2)]
    expect("PostgreSQL with a Redis state: once", [said for said, _ in got] == ["app_reader", None] and "already_used" in got[1][1], got)
    new = token("app_reader")
    run(TOOL, "revoke", "--sub", "app_reader")
    said, log = log_of(lambda: sql("app_reader", new))
    expect("PostgreSQL with a Redis state: revoked", said is None and "revoked" in log, (said, log))
    configure()


def set_up_mail(arguments="dovecot"):
    """Dovecot by itself: accounts of one Unix account, which has no name of theirs."""
    for folder in ("/tmp/mail", "/tmp/mail/run", "/tmp/mail/home"):
        os.makedirs(folder, exist_ok=True)
    if run("getent", "passwd", "vmail").returncode != 0:
        run("useradd", "-r", "-M", "vmail")
    shutil.chown("/tmp/mail/home", "vmail", "vmail")
    write("/tmp/mail/conf", f"""protocols = imap
listen = 127.0.0.1
base_dir = /tmp/mail/run
log_path = /tmp/mail/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:/tmp/mail/home/%u
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = {IMAP}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = pam
  args = {arguments}
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/tmp/mail/home/%u
}}
""")
    spawn("/usr/sbin/dovecot", "-F", "-c", "/tmp/mail/conf")
    wait_for(IMAP)


def end_mail():
    children[-1].terminate()
    children[-1].wait()
    time.sleep(0.5)


def imap(user, password):
    """True if the person is in, and has a mailbox."""
    connection = imaplib.IMAP4("127.0.0.1", IMAP)
    try:
        connection.login(user, password)
        return connection.select("INBOX")[0] == "OK"
    except imaplib.IMAP4.error:
        return False
    finally:
        connection.shutdown()


def dovecot():
    for user, given, wanted, reason in (("erika", token("erika"), True, "accepted: user=erika"), ("erika", token("erika", key="/tmp/thief.pem"), False, "bad_signature"),
                                        ("max", token("erika"), False, "user_mismatch"), ("root", token("root"), False, "user_not_allowed")):
        said, log = log_of(lambda: imap(user, given))
        expect(f"Dovecot: {reason}", said == wanted and reason in log, (said, log, open("/tmp/mail/log").read()[-600:]))
    end_mail()
    write("/etc/pam.d/dovecot", open("/etc/pam.d/dovecot").read() + "session required pam_jwt.so\n")
    set_up_mail("session=yes dovecot")
    said, log = log_of(lambda: imap("erika", token("erika")))
    expect("Dovecot: a session of nobody's is refused", not said and "no session for erika: local_account = none" in log, (said, log))
    end_mail()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    set_up()
    set_up_sql()
    postgresql()
    postgresql_with_redis()
    set_up_mail()
    dovecot()
finally:
    for child in children:
        child.terminate()
print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(1 if failed or not passed else 0)
