"""Photos as a phone takes them, made here: a receipt in perspective on a table that has a texture and uneven light.

Every maker is deterministic. Coordinates are pixels, origin top left.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

RECEIPT = (
    ("NORTHWIND TOOLING GMBH", ""),
    ("Hafenstrasse 21, 20457 Hamburg", ""),
    ("Receipt 2026-0417", "17.10.2026"),
    ("Cutting fluid, 20 litres", "218.40"),
    ("Drill bits 8 mm", "49.90"),
    ("Work gloves, 3 pairs", "27.15"),
    ("Total EUR", "295.45"),
    ("Thank you for your visit", ""),
)
Table = Literal["wood", "stone"]


def receipt_photo(table: Table, size: tuple[int, int] = (1500, 2000)) -> Image.Image:
    """The receipt on a dark table, seen from its lower left, lit from above on the right. RGB."""
    width, height = size
    paper = np.asarray(_receipt())
    top, left = height * 0.14, width * 0.2
    corners = np.array(
        [(left + 40, top), (width * 0.78, top + 60), (width * 0.86, height * 0.86), (left - 90, height * 0.8)],
        np.float32,
    )
    own = np.array([(0, 0), (paper.shape[1], 0), (paper.shape[1], paper.shape[0]), (0, paper.shape[0])], np.float32)
    matrix = cv2.getPerspectiveTransform(own, corners)
    laid = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.full(paper.shape[:2], 255, np.uint8), matrix, size)
    shadow = cv2.GaussianBlur(np.roll(covered, (18, -14), (0, 1)), (0, 0), 14)[..., None] / 255 * 0.5
    mask = cv2.GaussianBlur(covered, (0, 0), 1)[..., None] / 255
    scene = _surface(table, size) * (1 - shadow) * (1 - mask) + laid * mask
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = 1.05 - 0.45 * np.hypot(across - 0.9, down - 0.1)
    noise = np.random.default_rng(7).normal(0, 4, (height, width, 1))
    photo = cv2.GaussianBlur(scene * light[..., None] + noise, (0, 0), 0.8)
    return Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))


def _receipt() -> Image.Image:
    image = Image.new("RGB", (760, 1100), (246, 244, 238))
    draw = ImageDraw.Draw(image)
    for number, (left, right) in enumerate(RECEIPT):
        font = ImageFont.load_default(40 if number == 0 else 34)
        draw.text((50, 90 + 115 * number), left, fill=(40, 40, 46), font=font)
        draw.text((710 - font.getlength(right), 90 + 115 * number), right, fill=(40, 40, 46), font=font)
    return image


def table_photo(table: Table, size: tuple[int, int] = (1500, 2000)) -> Image.Image:
    """The table with nothing on it. RGB."""
    return Image.fromarray(np.clip(_surface(table, size), 0, 255).astype(np.uint8))


def _surface(table: Table, size: tuple[int, int]) -> np.ndarray:
    """A dark surface, (height, width, 3): grain along the boards, or speckles as large as letters."""
    width, height = size
    rng = np.random.default_rng(11)
    if table == "wood":
        bend = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 60) * 900
        across = np.arange(width)
        grain = np.sin((across + bend) / 9) + 0.5 * np.sin((across + bend) / 3.1)
        boards = (across % 260 < 6) * -2.0
        pattern, tint = grain + boards, (92, 62, 40)
    else:
        spots = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 7)
        pattern, tint = np.sign(spots) * (np.abs(spots) > spots.std()) * 2.5, (70, 70, 72)
    return np.array(tint) * (1 + 0.22 * pattern[..., None])
