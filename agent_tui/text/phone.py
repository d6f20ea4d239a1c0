"""Vietnamese telephone numbers in every spelling callers and old files use."""

import re

# Ministry of Information and Communications, plan 798/QD-BTTTT of 2018: eleven-digit mobiles became ten-digit ones.
OLD_MOBILE = {
    "0120": "070", "0121": "079", "0122": "077", "0123": "083", "0124": "084", "0125": "085", "0126": "076",
    "0127": "081", "0128": "078", "0129": "082", "0162": "032", "0163": "033", "0164": "034", "0165": "035",
    "0166": "036", "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip

# Decision 2036/QD-BTTTT of 2016: area codes before 2017 and after. 08 is left out, it is a mobile prefix today.
OLD_AREA = {
    "022": "0212", "0231": "0213", "020": "0214", "0230": "0215", "029": "0216", "052": "0232", "053": "0233",
    "054": "0234", "0510": "0235", "0511": "0236", "037": "0237", "038": "0238", "039": "0239", "033": "0203",
    "0240": "0204", "025": "0205", "026": "0206", "027": "0207", "0280": "0208", "0281": "0209", "0320": "0220",
    "0321": "0221", "0241": "0222", "031": "0225", "0351": "0226", "036": "0227", "0350": "0228", "030": "0229",
    "0780": "0290", "0781": "0291", "0710": "0292", "0711": "0293", "074": "0294", "076": "0296", "077": "0297",
    "079": "0299", "04": "024", "061": "0251", "062": "0252", "064": "0254", "055": "0255", "056": "0256",
    "057": "0257", "058": "0258", "068": "0259", "060": "0260", "0501": "0261", "0500": "0262", "063": "0263",
    "059": "0269", "070": "0270", "0651": "0271", "072": "0272", "073": "0273", "0650": "0274", "075": "0275",
    "066": "0276", "067": "0277",
}  # fmt: skip

_SEPARATORS = re.compile(r"[\s.\-()/\u00a0\u2010-\u2015\u202f]+")
# phonenumbers needs 134 us for an answer; these are numbers it always accepts (checked by a test).
_KNOWN = re.compile(
    r"0(?:(?:3[0-9]|5[689]|7[06-9]|8[1-8]|9[0-8])[0-9]{7}"
    r"|2(?:0[3-9]|1[0-689]|2[0-25-9]|[38][2-9]|4[2-8]|5[124-9]|6[0-39]|7[0-7]|9[0-4679])[0-9]{7})"
)


def normalise(raw: str) -> str | None:
    """Return the national digits (`0905123456`), E.164 for a foreign number, or None when `raw` is no phone.

    Accepts +84, 84 and 0084, spaces, dots and brackets, eleven-digit mobiles before 2018 and area codes before 2017.
    """
    if _KNOWN.fullmatch(raw):
        return raw
    if len(raw) > 40 or not raw.isascii():
        raw = _SEPARATORS.sub("", raw[:80])
        if len(raw) > 40 or not raw.isascii():
            return None
    digits = _SEPARATORS.sub("", raw)
    if not re.fullmatch(r"\+?[0-9]{3,17}", digits):
        return None
    national = _national(digits)
    if _KNOWN.fullmatch(national):
        return national
    if len(national) == 11 and (new := OLD_MOBILE.get(national[:4])):
        return new + national[4:]
    return _by_library(national)


def spellings(digits: str) -> list[str]:
    """Return the national forms a run of digits, whole or not, may stand for: country code and old prefix undone."""
    national = _national(digits)
    found = [national]
    if len(national) == 11 and (new := OLD_MOBILE.get(national[:4])):
        found.append(new + national[4:])
    return found


def mask(s: str) -> str:
    """Return an address with its middle hidden: `0905123456` -> `090****456`, `an.le@x.vn` -> `a****@x.vn`."""
    if len(s) == 10 and s.isdecimal():
        return f"{s[:3]}****{s[7:]}"
    if "@" in s:
        name, _, host = s.partition("@")
        return f"{name[:1]}****@{host}"
    if len(s) < 7:
        return "*" * len(s)
    return f"{s[:3]}{'*' * (len(s) - 6)}{s[-3:]}"


def is_masked(s: str) -> bool:
    """Tell whether part of an address is hidden, by `mask` or by the service: such a text is no address to use."""
    return "*" in s


def _national(digits: str) -> str:
    for prefix in ("+84", "0084", "84"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 8:
            rest = digits[len(prefix) :]
            return rest if rest.startswith("0") else "0" + rest
    if len(digits) == 9 and digits[0] in "35789":
        return "0" + digits
    return digits


def _by_library(national: str) -> str | None:
    import phonenumbers

    for candidate in (national, *_with_new_area(national)):
        try:
            number = phonenumbers.parse(candidate, "VN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            if number.country_code != 84:
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            short = str(number.national_number)
            return short if short.startswith(("1800", "1900")) else "0" + short
    return None


def _with_new_area(national: str) -> list[str]:
    return [OLD_AREA[old] + national[len(old) :] for n in (4, 3, 2) if (old := national[:n]) in OLD_AREA]
