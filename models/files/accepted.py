"""What may be uploaded: known by its content, never by its name; pictures are drawn anew."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from math import ceil

from PIL import Image, UnidentifiedImageError

from models.errors import BadInput
from models.files.tables import AttachmentKind
from models.text import msg

KILOBYTE = 1024
#: [CERT-61]: pictures of certificates are JPG below 200 KB.
PICTURE_BYTES = 200 * KILOBYTE
DOCUMENT_BYTES = 10 * KILOBYTE * KILOBYTE
#: A page scanned at 600 dpi has 35 million; what is beyond is a bomb, not a certificate.
MOST_PIXELS = 40_000_000
#: So many are decoded in full: a page at 300 dpi has nine million, a telephone's picture twelve.
DECODED_PIXELS = 12_500_000
SCAN = b"\xff\xda"
#: Names, in the trailer of a PDF, what its password is checked against.
ENCRYPTED = b"/Encrypt"
#: How old Office files begin, and those under a password.
LOCKED_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
#: The longer side of a picture as it is kept.
LONGEST_SIDE = 2400
#: That of a larger one is at least so long; its half always is.
DECODED_SIDE = 1600
QUALITIES = (88, 75, 60, 45)
JPEG, PDF = "image/jpeg", "application/pdf"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
ENDINGS = {JPEG: "jpg", PDF: "pdf", DOCX: "docx", XLSX: "xlsx"}
MOST_ENTRIES = 2_000
#: What cameras write into the tag of this number, and how such a picture is turned upright.
ORIENTATION = 0x0112
TURN = Image.Transpose
TURNS = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_90,
}
#: What Pillow raises over bytes that are broken, or were made to break it.
BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that may be kept, with their media type."""

    mime: str
    data: bytes


@dataclass(frozen=True)
class Accepted:
    """What a column takes: the kind of file, how large at most, and how it is read."""

    kind: AttachmentKind
    most_bytes: int
    read: Callable[[bytes], Content]
    types: str

    @property
    def is_picture(self) -> bool:
        """Say whether it is shown on the page; anything else is downloaded."""
        return self.types == JPEG

    def judge(self, data: bytes) -> Content:
        """Return what is kept of an upload.

        :raises BadInput: when it is empty, too large or something else, in words.
        """
        if not data:
            raise BadInput(msg("No file was chosen, or it is empty."), "file")
        if len(data) >= self.most_bytes:
            raise BadInput(
                msg(
                    "The file must be smaller than %(most)s KB."
                    " Scan it again with fewer dots, or save it smaller.",
                    most=self.most_bytes // KILOBYTE,
                ),
                "file",
            )
        return self.read(data)


def _not_jpeg() -> BadInput:
    return BadInput(
        msg(
            "This is no JPG picture, whatever its name says. Save the scan as JPG and upload it"
            " again."
        ),
        "file",
    )


def _damaged() -> BadInput:
    return BadInput(
        msg("The picture is damaged or cut off. Scan or copy it once more and upload it again."),
        "file",
    )


def picture(data: bytes) -> Content:
    """Return a JPG drawn anew: upright, without what cameras and others hide in it.

    :raises BadInput: when it is no JPG, is broken, or has too many pixels.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        raise _not_jpeg()
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as found:
            if found.width * found.height > _most_pixels(found, data):
                raise _bomb()
            upright = _upright(_reduced(found))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb() from error
    except UnidentifiedImageError as error:
        raise _not_jpeg() from error
    except BROKEN as error:
        raise _damaged() from error
    upright.info.clear()  # comments would be written along
    return Content(JPEG, _drawn(upright))


def _reduced(found: Image.Image) -> Image.Image:
    """Return a picture in colours and at most as large as it is kept.

    It is decoded at a half, a quarter or an eighth where that is enough: 40 million dots in full
    take 160 MB, and every step after it as much again.
    """
    is_large = found.width * found.height > DECODED_PIXELS
    share = (DECODED_SIDE if is_large else LONGEST_SIDE) / max(found.size)
    if share < 1:
        found.draft("RGB", (ceil(found.width * share), ceil(found.height * share)))
    found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return found.convert("RGB")


def _upright(found: Image.Image) -> Image.Image:
    """Return a picture as its camera was held; as it lies where that cannot be read."""
    try:
        turn = TURNS.get(found.getexif().get(ORIENTATION, 1))
    except BROKEN:
        return found
    return found.transpose(turn) if turn is not None else found


def _most_pixels(found: Image.Image, data: bytes) -> int:
    """Return how many dots a picture may have. Of a progressive one, and of one in several scans,
    the decoder holds every coefficient, six bytes for each dot, however small it is asked for.
    """
    is_whole = bool(found.info.get("progressive")) or data.count(SCAN) > 1
    return DECODED_PIXELS if is_whole else MOST_PIXELS


def _bomb() -> BadInput:
    return BadInput(
        msg("The picture has too many dots. Scan it at 300 dpi and upload it again."), "file"
    )


def for_print(data: bytes, longest: int) -> bytes:
    """Return a kept picture with a longer side of at most ``longest`` dots: many stand on a print
    page at once.
    """
    with Image.open(BytesIO(data), formats=("JPEG",)) as found:
        if max(found.size) <= longest:
            return data
        found.draft("RGB", (longest, longest))
        found.thumbnail((longest, longest))
        file = BytesIO()
        found.convert("RGB").save(file, "JPEG", quality=QUALITIES[0])
    return file.getvalue()


def _drawn(picture_: Image.Image) -> bytes:
    """Return a JPG below the limit: rather less exact than smaller, at last smaller."""
    while True:
        for quality in QUALITIES:
            file = BytesIO()
            picture_.save(file, "JPEG", quality=quality, optimize=True)
            if file.tell() < PICTURE_BYTES:
                return file.getvalue()
        picture_ = picture_.reduce(2)


def document(data: bytes) -> Content:
    """Return a PDF, Word or Excel file as it is.

    :raises BadInput: for anything else, and for files with macros or under a password.
    """
    if data.startswith(LOCKED_OFFICE) or (data.startswith(b"%PDF-") and ENCRYPTED in data):
        raise BadInput(
            msg(
                "The file is protected by a password, or of an old Office format. Save it without"
                " a password, as docx, xlsx or PDF, and upload it again."
            ),
            "file",
        )
    if data.startswith(b"%PDF-"):
        return Content(PDF, data)
    names = _entries(data)
    if names is None:
        raise BadInput(
            msg(
                "Only PDF, Word (docx) and Excel (xlsx) files can be kept. Save it as one of them."
            ),
            "file",
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadInput(
            msg("The file contains macros. Save it without them and upload it again."), "file"
        )
    return Content(DOCX if "word/document.xml" in names else XLSX, data)


def _entries(data: bytes) -> set[str] | None:
    """Return the names within an Office file; None for anything else."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None  # what zipfile raises for damage, odd versions, and sizes that cannot be
    if len(names) > MOST_ENTRIES:
        return None
    is_office = "[Content_Types].xml" in names and names & {"word/document.xml", "xl/workbook.xml"}
    return names if is_office else None


CREDENTIAL = Accepted(AttachmentKind.credential, PICTURE_BYTES, picture, JPEG)
PHOTO = Accepted(AttachmentKind.photo, PICTURE_BYTES, picture, JPEG)
DOCUMENT = Accepted(AttachmentKind.document, DOCUMENT_BYTES, document, ".pdf,.docx,.xlsx")
