# SPDX-License-Identifier: BSD-2-Clause
"""The application of the article: FastAPI, python-jose, HS256, a secret of
`openssl rand -hex 32` that pam_jwt reads too."""
import os
from datetime import datetime, timedelta, timezone

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from jose import jwt

SECRET_KEY = open(os.environ["SECRET_FILE"]).read().strip()
USERS = {"alice": "wonderland", "bob": "builder"}
app = FastAPI()


def create_token(data: dict, minutes: int) -> str:
    return jwt.encode(dict(data, exp=datetime.now(timezone.utc) + timedelta(minutes=minutes)), SECRET_KEY, algorithm="HS256")


@app.post("/token")
def login(form: OAuth2PasswordRequestForm = Depends()):
    if USERS.get(form.username) != form.password:
        raise HTTPException(401, "Incorrect username or password")
    return {
        "access_token": create_token({"sub": form.username}, 5),
        "refresh_token": create_token({"sub": form.username, "refresh": True}, 60),
        "token_type": "bearer",
    }
