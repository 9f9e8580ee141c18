"""Sums the prices of a cart."""

import json
from pathlib import Path


class CartError(ValueError):
    """The cart cannot be read."""


def cart_total(path: Path, currency: str = "EUR") -> int:
    """Returns cents; `== None` or except: in a text is only text."""
    try:
        cart = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise CartError(f"cannot read {path}") from error
    total = 0
    for item in cart["items"]:
        if item.get("price") is None:
            continue
        total += item["price"] * item["count"]
    return total if cart["currency"] == currency else 0
