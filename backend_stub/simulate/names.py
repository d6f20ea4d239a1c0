"""Names for fictitious customers: Vietnamese surnames by their shares, middle parts, given names, minority names.

Surname shares: reference/performance.md 1.1 (Nguyễn 38.4 %, Trần 11, Lê 9.5, Phạm 7 ...); the rest are estimates.
"""

from itertools import accumulate
from random import Random

_SURNAMES = {
    "Nguyễn": 384, "Trần": 110, "Lê": 95, "Phạm": 70, "Huỳnh": 30, "Hoàng": 21, "Phan": 45, "Vũ": 12, "Võ": 27,
    "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13, "Dương": 10, "Lý": 5, "Đinh": 8, "Trương": 8, "Đào": 6,
    "Đoàn": 6, "Lương": 6, "Mai": 6, "Lâm": 5, "Trịnh": 5, "Tô": 5, "Cao": 5, "Hà": 5, "Châu": 4, "Tạ": 4, "Thái": 4,
    "Nguyễn Lê": 3, "Lưu": 3, "Quách": 3, "Ung": 2, "Văn": 2, "Biện": 2, "Cù": 2, "Phùng": 4, "Kiều": 2, "Diệp": 2,
}  # fmt: skip
_FAMILY, _SHARES = list(_SURNAMES), list(accumulate(_SURNAMES.values()))

_MIDDLE_F = ("Thị",) * 10 + ("Thị Thanh", "Thị Ngọc", "Thị Kim", "Ngọc", "Thu", "Thị Mỹ", "Bích", "Hồng", "Thị Minh")
_MIDDLE_M = ("Văn",) * 8 + ("Hữu", "Đức", "Minh", "Quốc", "Công", "Xuân", "Thanh", "Ngọc", "Đình", "Bá", "Trọng", "Gia")
_GIVEN_F = (
    "Hoa", "Hương", "Lan", "Hồng", "Thủy", "Nga", "Hạnh", "Ánh", "Tuyết", "Mai", "Yến", "Ngân", "Trang", "Thảo",
    "Phượng", "Liên", "Nhung", "Hiền", "Loan", "Bé", "Diễm", "Hường", "Kiều", "Ly", "My", "Nguyệt", "Oanh", "Quyên",
    "Sương", "Thắm", "Trinh", "Vân", "Xuân", "Chi", "Duyên", "Gấm", "Huệ", "Lài", "Nhàn", "Thu",
)  # fmt: skip
_GIVEN_M = (
    "Hùng", "Dũng", "Tuấn", "Nam", "Bình", "Ty", "Tý", "Sơn", "Long", "Hải", "Minh", "Phúc", "Thành", "Tâm", "Đức",
    "Quang", "Vinh", "Khoa", "Lộc", "Nghĩa", "Phong", "Quý", "Sang", "Tài", "Thắng", "Toàn", "Trí", "Vũ", "An", "Bảo",
    "Cường", "Đạt", "Điện", "Giang", "Hiếu", "Huy", "Kiệt", "Lâm", "Mạnh", "Ngọc", "Nhân", "Phước", "Tín", "Trung",
)  # fmt: skip
_EDE = ("Niê", "Êban", "Mlô", "Kbuôr", "Ayun", "Niê Kđăm", "Byă", "Hwing")
_JARAI = ("Ksor", "Rơ Chăm", "Nay", "Siu", "Kpă", "Rah Lan", "Rmah")
_CHAM = ("La", "Mang", "So", "Oi")
_HER = ("H'Lan", "H'Bia", "H'Nuêl", "H'Rin", "H'Yar", "H'Ơn", "H'Mai", "H'Blik")
_HIS = ("Y Bhăm", "Y Khoa", "Y Thuyên", "Y Blơ", "Y Wơn", "Y Ngun", "Y Phôn", "Y Tuân")
_TITLES = {True: ("Chị", "Chị", "Chị", "Bà", "Cô"), False: ("Anh", "Anh", "Anh", "Ông", "Chú")}
_MINORITY_SHARE = {"kinh": 0.0, "cham": 0.35, "ede": 0.3, "jarai": 0.6}


def person(rng: Random, people: str) -> tuple[str, str]:
    """A name in its people's order and the title it is addressed with."""
    female = rng.random() < 0.5
    title = rng.choice(_TITLES[female])
    if rng.random() < _MINORITY_SHARE[people]:
        return _minority(rng, people, female), title
    family = rng.choices(_FAMILY, cum_weights=_SHARES)[0]
    middle, given = (_MIDDLE_F, _GIVEN_F) if female else (_MIDDLE_M, _GIVEN_M)
    return f"{family} {rng.choice(middle)} {rng.choice(given)}", title


def _minority(rng: Random, people: str, female: bool) -> str:
    own = rng.choice(_HER if female else _HIS)
    if people == "ede":
        return f"{own} {rng.choice(_EDE)}"
    if people == "jarai":
        return f"{rng.choice(_JARAI)} {own}"
    return f"{rng.choice(_CHAM)} {'Thị' if female else 'Văn'} {rng.choice(_GIVEN_F if female else _GIVEN_M)}"


def business(rng: Random, tariff: str, town: str) -> str:
    """The name of a company, a workshop or a public body of a town; says itself that it is made up."""
    number = rng.randrange(1, 90)
    if tariff == "public":
        return rng.choice((f"Trường Tiểu học Mô Phỏng {number} {town}", f"Trạm Y tế Mô Phỏng {number} {town}"))
    if tariff == "production":
        return rng.choice((f"Xưởng gỗ Mô Phỏng {number}", f"Công ty TNHH Chế biến Mô Phỏng {number}"))
    return rng.choice((f"Quán cà phê Mô Phỏng {number}", f"Tạp hóa Mô Phỏng {number}", f"Nhà nghỉ Mô Phỏng {number}"))
