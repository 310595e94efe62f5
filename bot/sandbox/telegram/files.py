"""The files of this Telegram: uploaded by people and bots, fetched by their id or their path."""

import mimetypes
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.wire import Json, Upload

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file and the object (PhotoSize, Document) that stands for it in messages."""

    id: str
    path: str
    content: bytes
    content_type: str
    as_json: Json
    photo: bool


class Files:
    """All files by `file_id`."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file behind /file/bot<token>/<path>."""
        return next((stored for stored in self._files.values() if stored.path == path), None)

    def add_photo(self, upload: Upload) -> StoredFile:
        """Store a picture; what is neither PNG nor JPEG is refused as Telegram refuses it."""
        size = picture_size(upload.content)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        extra: Json = {"width": size[0], "height": size[1]}
        return self._add(upload, "photo", extra)

    def add_document(self, upload: Upload) -> StoredFile:
        name = PurePosixPath(upload.filename).name or "file"
        extra: Json = {"file_name": name, "mime_type": _content_type(name)}
        return self._add(upload, "document", extra)

    def _add(self, upload: Upload, kind: str, extra: Json) -> StoredFile:
        if not upload.content:
            raise bad_request("file must be non-empty")
        number = len(self._files) + 1
        suffix = PurePosixPath(upload.filename).suffix or (".jpg" if kind == "photo" else "")
        known: Json = {"file_id": f"AgAC{kind}{number:06d}", "file_unique_id": f"AQAD{number:06d}"}
        body = {**known, "file_size": len(upload.content), **extra}
        path = f"{kind}s/file_{number}{suffix}"
        stored = StoredFile(body["file_id"], path, upload.content, _content_type(path), body, kind == "photo")
        self._files[stored.id] = stored
        return stored


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG, None of anything else."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    return _jpeg_size(content) if content.startswith(JPEG) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header (SOF0-SOF15, but for the tables DHT, JPG and DAC)."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return None


def _content_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
