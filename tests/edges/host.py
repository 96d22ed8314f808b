# SPDX-License-Identifier: BSD-2-Clause
"""host.py SERVICE USER ANSWER...: a host that authenticates by PAM and prints
each question, how often it got SIGPIPE, and the result. USER - is nobody yet.
An ANSWER is "fail": the conversation fails; "nothing": it succeeds and gives
none; "again": PAM_CONV_AGAIN; "text:...": that text. With PAM_CONFDIR and
pam_confdir.so loaded first it reads a folder of its own in place of /etc/pam.d."""
import ctypes, signal, sys

CONV_ERR, CONV_AGAIN = 19, 30
service, user, *answers = sys.argv[1:]
libc = ctypes.CDLL(None)
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
libc.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
pam_start = ctypes.CDLL(None).pam_start  # that of pam_confdir.so
pam = ctypes.CDLL("libpam.so.0")
pipes = []
signal.signal(signal.SIGPIPE, lambda *_: pipes.append(1))


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


Talk = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)), ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("talk", Talk), ("data", ctypes.c_void_p)]


@Talk
def talk(count, messages, ret_replies, _):
    memory = libc.calloc(count, ctypes.sizeof(Response))
    replies = ctypes.cast(memory, ctypes.POINTER(Response))
    for i in range(count):
        style, text = messages[i].contents.style, messages[i].contents.text.decode()
        if style not in (1, 2):
            print(f"told: {text}", flush=True)
            continue
        print(f"asked {'hidden' if style == 1 else 'shown'}: {text}", flush=True)
        answer = answers.pop(0) if answers else "fail"
        if answer in ("fail", "again"):
            return CONV_ERR if answer == "fail" else CONV_AGAIN
        replies[i].text = libc.strdup(answer[len("text:"):].encode()) if answer.startswith("text:") else None
    ret_replies[0] = memory
    return 0


handle = ctypes.c_void_p()
conversation = Conversation(talk, None)
code = pam_start(service.encode(), None if user == "-" else user.encode(), ctypes.byref(conversation), ctypes.byref(handle))
assert code == 0, code
code = pam.pam_authenticate(handle, 0)
name = ctypes.c_char_p()
pam.pam_get_item(handle, 2, ctypes.byref(name))
name = name.value.decode() if name.value else None  # before pam_end() frees it
pam.pam_end(handle, code)
print(f"SIGPIPE {len(pipes)}\nuser {name}\nresult {code}", flush=True)
