"""Whole numbers as they are written in Vietnamese."""


def number_vi(figure: int) -> str:
    """Write a whole number in Vietnamese: 979.560."""
    return f"{figure:,}".replace(",", ".")
