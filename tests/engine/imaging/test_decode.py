from __future__ import annotations

import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.errors import BadImage
from engine.imaging.decode import decode_bytes, read_image
from engine.imaging.probe import probe

PICTURE = np.zeros((24, 40, 3), dtype=np.uint8)
PICTURE[:12, :20] = (250, 10, 10)
PICTURE[:12, 20:] = (10, 240, 20)
PICTURE[12:, :20] = (20, 30, 230)
PICTURE[12:, 20:] = (200, 200, 40)

# How a displayed picture is stored under each orientation: the inverse of what EXIF asks the viewer to do.
STORE = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def save_turned(path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options = {"quality": 98, "subsampling": 0} if path.suffix == ".jpg" else {}
    if path.suffix == ".webp":
        options = {"lossless": True}
    Image.fromarray(np.ascontiguousarray(STORE[orientation](PICTURE))).save(path, exif=exif, **options)


def imencode(path: Path, array: np.ndarray) -> Path:
    done, data = cv2.imencode(path.suffix, array)
    assert done
    path.write_bytes(data.tobytes())
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tiff", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_displayed_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"turned{suffix}"
    save_turned(path, orientation)
    image = read_image(path)
    assert image.orientation == orientation
    assert (image.width, image.height) == (40, 24)
    assert image.pixels.flags.c_contiguous
    assert image.pixels.dtype == np.uint8
    assert np.abs(image.pixels.astype(int) - PICTURE)[2:10, 2:18].max() <= 6
    assert np.abs(image.pixels.astype(int) - PICTURE)[14:22, 22:38].max() <= 6
    seen = probe(path)
    assert (seen.width, seen.height, seen.orientation) == (40, 24, orientation)
    assert seen.content_hash == image.content_hash
    assert seen.size_bytes == path.stat().st_size


def test_jpeg_pixels_are_pillows(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (50, 70, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, quality=80)
    with Image.open(path) as image:
        assert np.array_equal(read_image(path).pixels, np.asarray(image))


def test_sixteen_bit_grey_is_stretched_between_its_extremes(tmp_path: Path) -> None:
    grey = np.linspace(1000, 3000, 64, dtype=np.uint16).reshape(8, 8)
    for suffix in (".png", ".tiff"):
        image = read_image(imencode(tmp_path / f"grey{suffix}", grey))
        assert image.pixels[0, 0].tolist() == [0, 0, 0]
        assert image.pixels[-1, -1].tolist() == [255, 255, 255]
        assert abs(int(image.pixels[3, 7, 0]) - 125.5) < 4
        assert "16 bit" in image.mode


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bit_colour_keeps_its_hues(tmp_path: Path, suffix: str) -> None:
    bgr = np.zeros((8, 8, 3), dtype=np.uint16)
    bgr[..., 2] = 4000
    bgr[:4, :, 1] = 2000
    image = read_image(imencode(tmp_path / f"colour{suffix}", bgr))
    assert image.pixels[0, 0].tolist() == [255, 128, 0]
    assert image.pixels[7, 7].tolist() == [255, 0, 0]
    assert image.mode.endswith("16 bit")


def test_sixteen_bit_transparency_is_laid_over_white(tmp_path: Path) -> None:
    bgra = np.full((6, 6, 4), 65535, dtype=np.uint16)
    bgra[..., :2] = 0
    bgra[:3, :, 3] = 0
    image = read_image(imencode(tmp_path / "a.png", bgra))
    assert image.pixels[0, 0].tolist() == [255, 255, 255]
    assert image.pixels[5, 5].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_tiff_turns_too(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "deep.tiff"
    exif = Image.Exif()
    exif[274] = orientation
    shown = np.arange(24 * 40, dtype=np.uint16).reshape(24, 40, 1) * 50
    stored = np.ascontiguousarray(STORE[orientation](shown)[..., 0])
    Image.fromarray(stored).save(path, exif=exif)
    pixels = read_image(path).pixels
    assert pixels.shape == (24, 40, 3)
    assert pixels[0, 0, 0] == 0
    assert pixels[-1, -1, 0] == 255
    assert pixels[0, -1, 0] < pixels[-1, 0, 0]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_float_tiff_ignores_what_is_not_finite(tmp_path: Path, kind: type, channels: int) -> None:
    values = np.linspace(-2, 6, 64 * channels).reshape(8, 8, channels).astype(kind)
    values[0, 1], values[0, 2], values[0, 3] = np.nan, np.inf, -np.inf
    path = imencode(tmp_path / "float.tiff", values)
    image = read_image(path)
    assert image.pixels[0, 0].min() == 0
    assert image.pixels[-1, -1].max() == 255
    assert image.pixels[0, 1].tolist() == [0, 0, 0]
    assert image.pixels[0, 2].tolist() == [255, 255, 255]
    assert image.pixels[0, 3].tolist() == [0, 0, 0]
    assert (probe(path).width, probe(path).height) == (8, 8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_png_mode(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (5, 4), (255, 255, 255)).convert(mode).save(path)
    image = read_image(path)
    assert image.pixels.shape == (4, 5, 3)
    assert (image.pixels == 255).all()
    assert image.mode.startswith("PNG")


def test_cmyk_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    Image.new("RGB", (16, 16), (220, 30, 40)).convert("CMYK").save(path, quality=98)
    image = read_image(path)
    assert np.abs(image.pixels[8, 8].astype(int) - (220, 30, 40)).max() <= 6
    assert "CMYK" in image.mode


def test_palette_with_transparency_is_laid_over_white(tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    picture = Image.fromarray(np.repeat(np.array([[0, 1]], dtype=np.uint8), 4, axis=0), mode=None).convert("P")
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.save(path, transparency=b"\x00\xff")
    image = read_image(path)
    assert image.pixels[0, 0].tolist() == [255, 255, 255]
    assert image.pixels[0, 1].tolist() == [40, 50, 60]


def test_half_transparency_mixes_with_white_and_full_transparency_counts_as_opaque(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    rgba = np.full((4, 4, 4), 100, dtype=np.uint8)
    rgba[..., 3] = 128
    Image.fromarray(rgba).save(path)
    assert read_image(path).pixels[0, 0].tolist() == [177, 177, 177]
    rgba[..., 3] = 0
    Image.fromarray(rgba).save(path)
    assert read_image(path).pixels[0, 0].tolist() == [100, 100, 100]


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("RGB", (6, 5), color) for color in ((250, 0, 0), (0, 250, 0))]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert read_image(path).pixels[0, 0].tolist() == [250, 0, 0]


def test_unicode_name_and_wrong_ending(tmp_path: Path) -> None:
    folder = tmp_path / "Fotos Müller 写真"
    folder.mkdir()
    path = folder / "naïve 🙂.jpg"
    Image.fromarray(PICTURE).save(path, format="PNG")
    assert np.array_equal(read_image(path).pixels, PICTURE)


def encoded(kind: str) -> bytes:
    out = io.BytesIO()
    noise = np.random.default_rng(2).integers(0, 255, (80, 90, 3), dtype=np.uint8)
    Image.fromarray(noise).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files_say_so_and_print_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, share: float
) -> None:
    data = encoded(kind)
    path = tmp_path / "cut"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadImage, match=r"cut: .*(truncated|damaged|no image)"):
        read_image(path)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000", "PPM", "TGA", "AVIF"])
def test_damaged_bytes_never_escape_as_another_error(kind: str) -> None:
    data = bytearray(encoded(kind))
    random = np.random.default_rng(3)
    for _ in range(60):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 8):
            broken[place] = random.integers(0, 256)
        for place in random.integers(0, min(200, len(data)), 2):
            broken[place] = random.integers(0, 256)
        try:
            image = decode_bytes(bytes(broken), Path("damaged"), max_pixels=1_000_000)
        except BadImage as error:
            assert str(error).startswith("damaged: ")
        else:
            assert image.pixels.shape == (image.height, image.width, 3)


@pytest.mark.parametrize("reader", [read_image, probe])
def test_what_is_no_image_is_told_apart(tmp_path: Path, reader) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("only words\n")
    empty = tmp_path / "empty.png"
    empty.touch()
    for path, words in (
        (text, "no image in a format"),
        (empty, "0 bytes"),
        (tmp_path, "folder"),
        (tmp_path / "gone.jpg", "no such file"),
        (Path("nul\0byte.jpg"), "no valid file name"),
    ):
        with pytest.raises(BadImage, match=words) as caught:
            reader(path)
        assert path.name.replace("\0", "\\x00") in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with pytest.raises(BadImage, match="device or pipe"):
        read_image(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    Image.fromarray(PICTURE).save(path)
    path.chmod(0)
    with pytest.raises(BadImage, match="not permitted"):
        read_image(path)


@pytest.mark.parametrize("reader", [read_image, probe])
def test_bomb_is_refused_before_it_is_decoded(tmp_path: Path, reader, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (40_000, 20_000)).save(path)
    with pytest.raises(BadImage, match=r"bomb\.png: 40000 x 20000 is 800 megapixels.*MASKWRIGHT_MAX_PIXELS"):
        reader(path)
    small = tmp_path / "small.png"
    Image.fromarray(PICTURE).save(small)
    monkeypatch.setenv("MASKWRIGHT_MAX_PIXELS", "900")
    with pytest.raises(BadImage, match="over the limit"):
        reader(small)
    assert reader(small, max_pixels=1000).width == 40


def test_bomb_in_a_format_only_opencv_reads(tmp_path: Path) -> None:
    path = imencode(tmp_path / "wide.tiff", np.zeros((30, 40, 3), dtype=np.float32))
    with pytest.raises(BadImage, match="40 x 30"):
        read_image(path, max_pixels=100)
