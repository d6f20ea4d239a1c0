"""Phone and id numbers in free text, hidden from everybody but the agent who has the contact in hand."""

import re

# 9 digits are an old id card, 12 a new one; a phone starts with 0, 84 or +84 and may be written in groups.
_NUMBER = re.compile(
    r"(?<![\w])(?!\d{1,2}[./-]\d{1,2}[./-]\d{4})"
    r"(?:\+\d(?:[ .()-]{0,2}\d){7,14}|0(?:[ .()-]{0,2}\d){8,14}|84(?:[ .()-]{0,2}\d){8,14}|\d{9,})(?![\w])"
)
KEPT = 3


def mask_numbers(text: str) -> str:
    """Return the text with every phone and id number reduced to its last three digits; dates and codes stay."""
    return _NUMBER.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    digits = [character for character in found[0] if character.isdigit()]
    return "*" * (len(digits) - KEPT) + "".join(digits[-KEPT:])
