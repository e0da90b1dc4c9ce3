"""A binary frame walks in, its text walks out, if it stays within bounds."""

import zstandard

from streams.ingest.sources.bluesky.wire import BadFrame

#: What a structured dictionary starts with (RFC 8878, section 5); its number follows.
_MAGIC = b"\x37\xa4\x30\xec"


class Unpacker:
    """Holds one zstd dictionary and opens the frames packed with it."""

    def __init__(self, dictionary: bytes, *, max_bytes: int) -> None:
        self._decompressor = zstandard.ZstdDecompressor(zstandard.ZstdCompressionDict(dictionary))
        self._max_bytes = max_bytes

    def text(self, frame: bytes) -> bytes:
        """Raises `BadFrame`, having unpacked at most `max_bytes` + 1 bytes whatever the frame claims to hold."""
        try:
            with self._decompressor.stream_reader(frame) as reader:
                text = reader.read(self._max_bytes + 1)
        except zstandard.ZstdError as fault:
            raise BadFrame(f"cannot be unpacked: {fault}") from fault
        check_size(text, self._max_bytes)
        return text


def check_size(text: str | bytes, max_bytes: int) -> None:
    """Raises `BadFrame` for a frame of more than `max_bytes`."""
    if len(text) > max_bytes:
        raise BadFrame(f"has more than {max_bytes} bytes")


def dictionary_id(dictionary: bytes) -> int | None:
    """Return the number a structured dictionary bears, None when the bytes are none."""
    if len(dictionary) < 8 or not dictionary.startswith(_MAGIC):
        return None
    return int.from_bytes(dictionary[4:8], "little") or None
