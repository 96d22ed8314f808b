# SPDX-License-Identifier: BSD-2-Clause
"""What the suites of the stores share: tokens, the command, a folder and a real
Redis to keep state in. The caller's first argument is BUILD."""
import base64, hashlib, hmac, json, os, shutil, socket, subprocess, sys, tempfile, time

BUILD = os.path.abspath(sys.argv[1])
SECRET = hashlib.sha256(b"used and revoked").hexdigest()
TOOL = os.path.join(BUILD, "pam-jwt")
ROOT = os.geteuid() == 0
PLAIN = not BUILD.endswith("/sanitize")  # what a login of one process shows is shown with sanitizers, too
sums = {"passed": 0, "failed": 0, "skipped": 0}
children = []
b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
which = lambda name: shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def expect(name, holds, said=""):
    sums["passed" if holds else "failed"] += 1
    print(f"ok   {name}" if holds else f"FAIL {name}: {said!r}", flush=True)


def skip(name, why):
    sums["skipped"] += 1
    print(f"skip {name}: {why}", flush=True)


def write(path, text, mode=0o600):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


numbers = iter(range(10 ** 9))


def make(header='{"alg":"HS256","typ":"JWT"}', spare=False, **claims):
    """A token of alice's; a claim that is None is left out."""
    now = int(time.time())
    payload = dict({"sub": "alice", "iat": now, "exp": now + 300, "jti": f"j{next(numbers)}-{os.getpid()}"}, **claims)
    text = b64(header.encode()) + "." + b64(json.dumps({k: v for k, v in payload.items() if v is not None}).encode())
    return text + "." + b64(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def tool(*arguments, text="", prefix=(), timeout=60, **more):
    r = subprocess.run([*prefix, TOOL, *arguments], input=text.encode(), capture_output=True, timeout=timeout, **more)
    return r.returncode, r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace")


def verify(store, token, *more, prefix=(), **options):
    code, out, err = tool("verify", "--config", store.conf, "--skip-account", *more, text=token + "\n", prefix=prefix, **options)
    first = out.splitlines()[0] if out else f"{code} {err}"
    return first.split(":")[1].strip() if first.startswith("refused: ") else "ok" if code == 0 and first.startswith("accepted") else f"{code} {first} {err}"


def use(store, token, *more, **options):
    return verify(store, token, "--use", *more, **options)


class File:
    name = "file"

    def __init__(self, top):
        self.top = tempfile.mkdtemp(dir=top)
        write(os.path.join(top, "secret"), SECRET + "\n")
        self.folder = os.path.join(self.top, "state")
        self.state = f"file:{self.folder}"
        self.conf = os.path.join(self.top, "conf")
        os.mkdir(self.folder, 0o700)
        self.configure()

    def configure(self, *lines, one_time="yes", revocation="yes"):
        write(self.conf, f"secret_file = {os.path.join(os.path.dirname(self.top), 'secret')}\nfail_delay = 0\nallow_root = yes\nstate = {self.state}\none_time = {one_time}\n"
              f"revocation = {revocation}\n" + "".join(l + "\n" for l in lines))

    def close(self):
        pass


class Redis(File):
    name = "Redis"
    kind = "unix"

    def __init__(self, top, *options, kind=None, lines=(), wait=True):
        super().__init__(top)
        self.kind = kind or self.kind
        self.socket = os.path.join(self.top, "socket")
        self.port = free_port()
        self.state = {"unix": f"unix:{self.socket}", "tcp": f"redis://127.0.0.1:{self.port}/3", "tls": f"rediss://localhost:{self.port}"}[self.kind]
        self.options = options
        self.start(wait)
        self.configure(*lines)

    def command(self):
        return [which("redis-server"), "--port", "0" if self.kind != "tcp" else str(self.port), "--bind", "127.0.0.1", "--unixsocket", self.socket,
                "--dir", self.top, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--pidfile", os.path.join(self.top, "pid"), "--logfile", os.path.join(self.top, "log"), *self.options]

    def start(self, wait=True):
        self.server = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL)
        children.append(self.server)
        for _ in range(100):
            if not wait or (os.path.exists(self.socket) and self.cli("PING").strip() in ("PONG", "NOAUTH Authentication required.")):
                return
            time.sleep(0.05)
        sys.exit("redis-server does not start")

    def cli(self, *command):
        return subprocess.run(["redis-cli", "-s", self.socket, *command], capture_output=True, text=True).stdout

    def close(self):
        self.server.kill()
        self.server.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def end_children():
    for child in children:
        child.kill()


def finish():
    """Says the sums, and exits."""
    print(f"{sums['passed']} passed, {sums['failed']} failed, {sums['skipped']} skipped")
    sys.exit(1 if sums["failed"] or not sums["passed"] else 0)
