"""Images, sound and files of every provider, as the OpenAI content parts they are sent as."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.message import MediaPart

_OPENAI = {"image_url": "image", "input_audio": "audio", "file": "file"}


def media_part(block: dict[str, Any]) -> MediaPart | None:
    """The media of one content block, or None where the block holds none that can be sent."""
    kind = str(block.get("type") or "").replace("-", "_")
    if kind in _OPENAI and isinstance(block.get(kind), dict):
        return MediaPart(_OPENAI[kind], block)
    if kind in ("image_url", "input_image"):
        return _image(block.get("image_url") or block.get("url"), block.get("detail"))
    source = block.get("source")
    if kind in ("image", "document", "video", "audio", "file") and isinstance(source, dict):
        return _from_anthropic(kind, source)
    for key in ("inline_data", "inlineData", "file_data", "fileData"):
        if isinstance(block.get(key), dict):
            inner = block[key]
            return _from_data(_mime(inner), inner.get("data"), inner.get("file_uri") or inner.get("fileUri"))
    if kind in ("image", "file", "audio", "blob", "uri", "media", "input_file", "video"):
        return _from_fields(kind, block)
    return None


def _image(url: Any, detail: Any = None) -> MediaPart | None:
    if isinstance(url, dict):
        url = url.get("url")
    if not isinstance(url, str):
        return None
    image: dict[str, Any] = {"url": url, **({"detail": detail} if isinstance(detail, str) else {})}
    return MediaPart("image", {"type": "image_url", "image_url": image})


def _from_anthropic(kind: str, source: dict[str, Any]) -> MediaPart | None:
    mime = _mime(source) or ("image/png" if kind == "image" else "application/pdf" if kind == "document" else "")
    return _from_data(mime, source.get("data"), source.get("url"))


def _from_fields(kind: str, block: dict[str, Any]) -> MediaPart | None:
    """The AI SDK's `image`/`file`, OpenTelemetry's `blob`/`uri`/`file`, and the Responses API's `input_file`."""
    if isinstance(block.get("file_id"), str):
        return MediaPart("file", {"type": "file", "file": {"file_id": block["file_id"]}})
    mime = _mime(block) or (f"{block['modality']}/*" if isinstance(block.get("modality"), str) else "")
    mime = mime or ("image/png" if kind == "image" else "")
    found = next(
        (block[k] for k in ("image", "data", "content", "file_data", "base64") if isinstance(block.get(k), str)), None
    )
    uri = next((block[k] for k in ("uri", "url", "file_url") if isinstance(block.get(k), str)), None)
    if isinstance(found, str) and found.startswith(("http://", "https://", "data:")):
        found, uri = None, found
    return _from_data(mime, found, uri)


def _from_data(mime: str, data: Any, uri: Any) -> MediaPart | None:
    url = f"data:{mime or 'application/octet-stream'};base64,{data}" if isinstance(data, str) and data else uri
    if not isinstance(url, str) or not url:
        return None
    if mime.startswith("image"):
        return _image(url)
    if mime.startswith("audio") and isinstance(data, str):
        form = mime.partition("/")[2].removeprefix("x-") or "wav"
        return MediaPart("audio", {"type": "input_audio", "input_audio": {"data": data, "format": form}})
    key = "file_data" if url.startswith("data:") else "file_id"
    return MediaPart("file", {"type": "file", "file": {key: url}})


def _mime(block: dict[str, Any]) -> str:
    for key in ("media_type", "mediaType", "mime_type", "mimeType"):
        if isinstance(block.get(key), str):
            return str(block[key])
    return ""
