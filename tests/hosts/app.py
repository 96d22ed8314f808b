# SPDX-License-Identifier: BSD-2-Clause
"""The application of the article: FastAPI, python-jose (PyJWT where a release
has none), HS256, a secret of `openssl rand -hex 32` that pam_jwt reads too.
/token has the article's first tokens, with the account in sub; /login its
grown ones, with a nested user, its roles, a jti, and refresh tokens that
/refresh turns into access tokens."""
import os, uuid
from datetime import datetime, timedelta, timezone

import redis
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

try:
    from jose import JWTError, jwt
except ImportError:
    import jwt
    from jwt import InvalidTokenError as JWTError

SECRET_KEY = open(os.environ["SECRET_FILE"]).read().strip()
USERS = {
    "alice": ("wonderland", {"email": "alice@example.com", "uid": 1, "roles": ["user", "ssh"]}),
    "bob": ("builder", {"email": "bob@example.com", "uid": 2, "roles": ["user"]}),
    "eve": ("apple", {"email": "alice@example.com.evil.org", "uid": 3, "roles": ["user", "ssh"]}),
}
app = FastAPI()


def create_token(data: dict, minutes: int) -> str:
    return jwt.encode(dict(data, exp=datetime.now(timezone.utc) + timedelta(minutes=minutes)), SECRET_KEY, algorithm="HS256")


def create_user_token(user: dict, minutes: int, refresh: bool = False) -> str:
    issued = datetime.now(timezone.utc)
    return create_token({"user": user, "jti": str(uuid.uuid4()), "iat": issued, "refresh": refresh}, minutes)


def checked(form: OAuth2PasswordRequestForm) -> dict:
    password, user = USERS.get(form.username, (None, None))
    if user is None or password != form.password:
        raise HTTPException(401, "Incorrect username or password")
    return user


@app.post("/token")
def token(form: OAuth2PasswordRequestForm = Depends()):
    checked(form)
    return {
        "access_token": create_token({"sub": form.username}, 5),
        "refresh_token": create_token({"sub": form.username, "refresh": True}, 60),
        "token_type": "bearer",
    }


@app.post("/login")
def login(form: OAuth2PasswordRequestForm = Depends()):
    user = checked(form)
    return {"access_token": create_user_token(user, 5), "refresh_token": create_user_token(user, 60, refresh=True)}


@app.post("/logout")
def logout(authorization: str = Header()):
    """The application's own blocklist: the jti, for as long as the token lives."""
    payload = jwt.decode(authorization.removeprefix("Bearer "), SECRET_KEY, algorithms=["HS256"])
    redis.Redis(unix_socket_path=os.environ["REDIS"]).set("blocklist:" + payload["jti"], 1, exat=int(payload["exp"]))
    return {}


@app.post("/refresh")
def refresh(authorization: str = Header()):
    try:
        payload = jwt.decode(authorization.removeprefix("Bearer "), SECRET_KEY, algorithms=["HS256"])
    except JWTError:
        raise HTTPException(401, "Invalid token")
    if payload.get("refresh") is not True:
        raise HTTPException(403, "Please provide a refresh token")
    return {"access_token": create_user_token(payload["user"], 5)}
