"""Apply with AI in a FastAPI backend: jobs that outlive it, over HTTP, server-sent events and WebSocket.

    uvicorn --app-dir examples/fastapi app:app --workers 4

Settings from the environment: STORE, LLM and LLM_BASE_URL, DATA (what this backend keeps), PROFILES and POSTINGS (folders with
JSON), WEB (the built page), SESSION_KEY (signs sessions: the same for all workers, and after a restart), PACE (seconds that
short phases are held, to be watched). The session is a demonstration: whoever names a profile is signed in as its owner.
"""

import asyncio
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Dict, List, Optional

import bespoke
from fastapi import Body, Depends, FastAPI, Header, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

here = Path(__file__).resolve().parent.parent
data = Path(os.environ.get("DATA", "preview_jobs_data"))
profiles = Path(os.environ.get("PROFILES", here / "data" / "profiles"))
postings = Path(os.environ.get("POSTINGS", here / "data" / "postings"))

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
STATUS = {"not_found": 404, "conflict": 409, "invalid_argument": 400, "payload_too_large": 413, "store_unavailable": 503, "closed": 503, "unauthenticated": 401}

def profile_of(profile_id: str, owner: str) -> Any:
    if profile_id not in users() or profile_id != owner:
        raise bespoke.NotFound(f"there is no profile {profile_id}")
    try:
        return json.loads((profiles / f"{profile_id}.json").read_text("utf-8"))
    except ValueError as problem:
        raise bespoke.InvalidArgument(f"the profile {profile_id} isn't JSON: {problem}. Correct it and try again")

def users() -> List[str]:
    return sorted(path.stem for path in profiles.glob("*.json"))

data.mkdir(parents=True, exist_ok=True)
key = (os.environ.get("SESSION_KEY") or secrets.token_hex()).encode()
llm: Any = os.environ.get("LLM", "extractive")
if os.environ.get("LLM_BASE_URL"):
    llm = {"model": llm, "base_url": os.environ["LLM_BASE_URL"], "api_key": os.environ.get("OPENAI_API_KEY", "none")}
apply = bespoke.Apply(profile_source=profile_of, least_phase_time=float(os.environ.get("PACE", 0)))
runner = bespoke.Runner(os.environ.get("STORE", f"sqlite:{data}/jobs.db"), llm=llm, pipelines=[apply])
app = FastAPI(title="Apply with AI", on_shutdown=[runner.aclose])

@app.exception_handler(bespoke.Error)
async def refuse(_: Request, error: bespoke.Error) -> JSONResponse:
    headers = {"retry-after": "2"} if error.code in ("store_unavailable", "closed") else {}
    return JSONResponse({"code": error.code, "message": error.message}, STATUS.get(error.code, 500), headers)

class SignedOut(bespoke.Error):
    code = "unauthenticated"

# ---- Who is asking

def sign(user: str) -> str:
    return f"{user}.{hmac.digest(key, user.encode(), 'sha256').hex()}"

def signed_in(cookie: Optional[str]) -> Optional[str]:
    user = (cookie or "").rpartition(".")[0]
    return user if user and hmac.compare_digest(sign(user).encode(), (cookie or "").encode()) else None

def owner(request: Request) -> str:
    user = signed_in(request.cookies.get("session"))
    if user is None:
        raise SignedOut("Sign in first.")
    return user

@app.get("/api/session")
async def session(request: Request) -> Dict[str, Any]:
    return {"user": signed_in(request.cookies.get("session")), "users": users()}

@app.post("/api/session")
async def sign_in(user: str = Body(embed=True)) -> JSONResponse:
    if user not in users():
        raise bespoke.NotFound("There is no such user.")
    response = JSONResponse({"user": user})
    response.set_cookie("session", sign(user), httponly=True, samesite="strict", path="/")
    return response

# ---- Jobs

@app.get("/api/matches")
async def matches(_: str = Depends(owner)) -> List[Any]:
    return [{"id": path.stem, **json.loads(path.read_text("utf-8"))} for path in sorted(postings.glob("*.json"))]

@app.post("/api/jobs", status_code=202)
async def submit(posting: str = Body(embed=True), idempotency_key: str = Header(""), user: str = Depends(owner)) -> Any:
    if posting not in (path.stem for path in postings.glob("*.json")):
        raise bespoke.NotFound("There is no such posting.")
    work = {"profile_id": user, "posting": json.loads((postings / f"{posting}.json").read_text("utf-8"))}
    return (await runner.aio.submit("apply", work, owner=user, key=idempotency_key, tags=[posting])).raw

@app.get("/api/jobs")
async def history(user: str = Depends(owner)) -> List[Any]:
    return [job.raw for job in await runner.aio.list(owner=user, limit=50)]

@app.get("/api/jobs/{id}")
async def status(id: str, user: str = Depends(owner)) -> Any:
    """A job whose process has died is taken over without being asked for; one that was given up for that goes on now."""
    job = await runner.aio.get(id, owner=user)
    if job.state == "failed" and job.error and job.error.code == "interrupted_too_often":
        job = await runner.aio.resume(id, owner=user)
    return job.raw

@app.post("/api/jobs/{id}/cancel")
async def cancel(id: str, user: str = Depends(owner)) -> Any:
    return (await runner.aio.cancel(id, owner=user)).raw

@app.post("/api/jobs/{id}/resume")
async def resume(id: str, user: str = Depends(owner)) -> Any:
    return (await runner.aio.resume(id, owner=user)).raw

@app.get("/api/jobs/{id}/events")
async def events(id: str, request: Request, last_event_id: str = "", user: str = Depends(owner)) -> StreamingResponse:
    await runner.aio.get(id, owner=user)  # refused here, before the stream begins
    seen = request.headers.get("last-event-id", last_event_id)
    frames = runner.sse(id, owner=user, last_event_id=seen)
    return StreamingResponse(frames, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})

@app.websocket("/api/jobs/{id}/socket")
async def socket(id: str, websocket: WebSocket, last_event_id: int = -1) -> None:
    user = signed_in(websocket.cookies.get("session"))
    await websocket.accept()
    try:
        if user is None:
            return await websocket.close(4401, "unauthenticated")
        async for frame in runner.sse(id, owner=user, last_event_id=last_event_id):
            if b"data: " in frame:  # what server-sent events carry, without their envelope
                await websocket.send_text(frame.partition(b"data: ")[2].decode().strip())
        await websocket.close()
    except bespoke.Error as error:
        await websocket.close(4404 if error.code == "not_found" else 1011, error.code)
    except WebSocketDisconnect:
        pass

# ---- Previews

def decisions(id: str) -> Path:
    return data / f"accepted-{id}.json"

async def forget_purged() -> None:
    """What was decided about a job goes soon after it, which the runner purges by itself."""
    while True:
        for path in data.glob("accepted-*"):
            try:
                await runner.aio.get(path.stem[len("accepted-"):])
            except bespoke.Error as error:
                if error.code == "not_found":
                    path.unlink(missing_ok=True)
        await asyncio.sleep(3600)

@app.on_event("startup")
async def start_forgetting() -> None:
    app.state.forgetting = asyncio.create_task(forget_purged())

async def decided(id: str, user: str) -> Any:
    result = await runner.aio.result(id, owner=user)
    path = decisions(id)
    return await run_in_threadpool(bespoke.rerender, result, json.loads(path.read_text())) if path.exists() else result

def summary(result: Any) -> Any:
    return {name: result[name] for name in ("changes", "coverage", "cover_letter")}

@app.get("/api/jobs/{id}/preview")
async def preview(id: str, user: str = Depends(owner)) -> HTMLResponse:
    return HTMLResponse((await decided(id, user))["previews"]["html"], headers={"content-security-policy": PREVIEW_POLICY})

@app.get("/api/jobs/{id}/changes")
async def changes(id: str, user: str = Depends(owner)) -> Any:
    return summary(await decided(id, user))

@app.post("/api/jobs/{id}/changes")
async def decide(id: str, accepted: List[str] = Body(embed=True), user: str = Depends(owner)) -> Any:
    """Accepts these changes and reverts all others."""
    result = await run_in_threadpool(bespoke.rerender, await runner.aio.result(id, owner=user), accepted)
    fresh = decisions(id).with_suffix(f".{secrets.token_hex(4)}")
    fresh.write_text(json.dumps(accepted))
    fresh.replace(decisions(id))
    return summary(result)

class Page(StaticFiles):
    def file_response(self, *args: Any, **named: Any) -> Response:
        response = super().file_response(*args, **named)
        response.headers.update({"content-security-policy": PAGE_POLICY, "x-content-type-options": "nosniff"})
        return response

app.mount("/", Page(directory=os.environ.get("WEB", here / "web" / "dist"), html=True, check_dir=False))
