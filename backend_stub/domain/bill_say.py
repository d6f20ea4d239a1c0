"""The paragraph about a bill that an agent reads aloud: the same figures as the bill's table, in both languages."""

from collections.abc import Iterator
from datetime import date

from agent_tui.wire import Say
from backend_stub.domain.bill_check import RECHECK, Effects, Findings, Period
from backend_stub.domain.numbers import number_vi
from backend_stub.domain.tariff import Line, half_up

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def say(found: Findings, recheck_hours: int) -> Say:
    """Tell the bill, what it is compared with, why it changed and what is offered; `recheck_hours` is a target."""
    return Say(vi=" ".join(_vi(found, recheck_hours)), en=" ".join(_en(found, recheck_hours)))


def _decimal(figure: int, places: int, point: str) -> str:
    whole, rest = divmod(figure, 10**places)
    return f"{whole}{point}{rest:0{places}}"


def _a_day(period: Period, point: str) -> str:
    return _decimal(half_up(10 * period.kwh, period.days), 1, point)


def _month_vi(period: str) -> str:
    return f"tháng {int(period[5:])}/{period[:4]}"


def _month_en(period: str) -> str:
    return f"{MONTHS[int(period[5:]) - 1]} {period[:4]}"


def _top(found: Findings) -> Line | None:
    """Return the tier that was newly reached; none is named where a change of price made two of each."""
    told = "tier_up" in found.flags and "price_mid_period" not in found.flags
    return found.now.charge.lines[-1] if told else None


def _new_prices(found: Findings) -> date | None:
    days = [line.since for line in found.now.charge.lines if line.since is not None]
    return max(days) if "price_mid_period" in found.flags else None


def _vi(found: Findings, hours: int) -> Iterator[str]:
    now, before = found.now, found.before
    total = f"{number_vi(now.charge.total)} đồng, đã gồm thuế {now.charge.vat_pct} %"
    used = f"{number_vi(now.kwh)} kWh trong {now.days} ngày"
    yield f"Dạ hóa đơn {_month_vi(now.fact.period)} của nhà mình là {total}, cho {used}."
    if before is None:
        yield "Hệ thống chưa có hóa đơn tháng liền trước để so sánh."
    else:
        used = f"{number_vi(before.kwh)} kWh trong {before.days} ngày"
        then = _month_vi(before.fact.period)
        yield f"{then[0].upper()}{then[1:]} là {number_vi(before.charge.total)} đồng, cho {used}."
        a_day = f"bình quân mỗi ngày {_a_day(now, ',')} kWh, tháng trước {_a_day(before, ',')} kWh"
        times = "" if found.ratio is None else f"Sản lượng bằng {_decimal(found.ratio, 2, ',')} lần tháng trước, "
        yield f"{times}{a_day}." if times else f"B{a_day[1:]}."
    if found.effects is not None and found.effects.all:
        yield _effects_vi(found.effects)
    if found.year_ago is not None and found.year_ratio is not None:
        used = f"{number_vi(found.year_ago.kwh)} kWh trong {found.year_ago.days} ngày"
        yield f"So với cùng tháng năm trước ({used}), sản lượng bằng {_decimal(found.year_ratio, 2, ',')} lần."
    yield from _notes_vi(found)
    if "recheck_offer" in found.flags:
        limit = _decimal(RECHECK[0] * 10 // RECHECK[1], 1, ",")
        why = f"Vì sản lượng từ {limit} lần tháng trước trở lên"
        yield f"{why}, bên em mời nhà mình đăng ký phúc tra chỉ số, mục tiêu trả lời trong {hours} giờ ạ."


def _effects_vi(effects: Effects) -> str:
    told = [(why, money) for why, money in zip(_WHY_VI, _parts(effects), strict=True) if money]
    whole = f"Tiền điện trước thuế {_move_vi(effects.all)}"
    if len(told) == 1:
        return f"{whole}, {told[0][0]}."
    return f"{whole}: {', '.join(f'{why} {_move_vi(money)}' for why, money in told)}."


def _move_vi(money: int) -> str:
    return f"{'tăng' if money > 0 else 'giảm'} {number_vi(abs(money))} đồng"


def _parts(effects: Effects) -> tuple[int, ...]:
    return (effects.days, effects.use, effects.tier, effects.price)


_WHY_VI = ("do số ngày", "do dùng mỗi ngày", "do bậc thang", "do đổi giá")
_WHY_EN = ("from the number of days", "from the use a day", "from the tiers", "from the prices")
_NOTES_VI = {
    "late_reading": "Kỳ này ghi chỉ số muộn hơn thường lệ.",
    "holiday": "Kỳ này có Tết Nguyên đán.",
    "reading_falls": "Chỉ số công tơ có lần giảm, bên em cần kiểm tra lại.",
    "reading_gap": "Có tháng không có chỉ số công tơ, bên em cần kiểm tra lại.",
    "reading_double": "Có ngày ghi hai chỉ số khác nhau, bên em cần kiểm tra lại.",
    "reading_differs": "Sản lượng trên hóa đơn khác chỉ số công tơ, bên em cần kiểm tra lại.",
}
_NOTES_EN = {
    "late_reading": "The meter was read later than usual.",
    "holiday": "This period includes the Lunar New Year.",
    "reading_falls": "A meter reading is lower than the one before it; we have to check that.",
    "reading_gap": "A month has no meter reading; we have to check that.",
    "reading_double": "A day has two different meter readings; we have to check that.",
    "reading_differs": "The bill's kWh are not those of the meter readings; we have to check that.",
}


def _notes_vi(found: Findings) -> Iterator[str]:
    if found.before is not None and found.now.days != found.before.days:
        longer = found.now.days - found.before.days
        yield f"Kỳ này {'dài' if longer > 0 else 'ngắn'} hơn {abs(longer)} ngày."
    top = _top(found)
    if top is not None:
        yield f"Có {number_vi(top.kwh)} kWh rơi vào bậc {top.step + 1}, giá {number_vi(top.price)} đồng."
    since = _new_prices(found)
    if since is not None:
        yield f"Giá điện mới áp dụng từ ngày {since.day}/{since.month}/{since.year}."
    if "vat_changed" in found.flags and found.before is not None:
        yield f"Thuế suất trước đây là {found.before.charge.vat_pct} %, nay là {found.now.charge.vat_pct} %."
    if "estimated" in found.flags:
        yield (
            "Chỉ số kỳ này là tạm tính, kỳ sau sẽ tính lại theo chỉ số công tơ."
            if found.estimated_now
            else "Chỉ số tháng trước là tạm tính, tháng này tính bù theo chỉ số công tơ."
        )
    if found.hours is not None:
        normal, off_peak, peak = map(number_vi, found.hours)
        yield (
            f"Hợp đồng tính theo giờ (bình thường {normal}, thấp điểm {off_peak}, cao điểm {peak} đồng), nhưng "
            "hệ thống chỉ có tổng sản lượng nên số tiền này tính theo giá giờ bình thường, "
            "hóa đơn chính thức có thể khác."
        )
    yield from (_NOTES_VI[flag] for flag in found.flags if flag in _NOTES_VI)


def _en(found: Findings, hours: int) -> Iterator[str]:
    now, before = found.now, found.before
    total = f"{now.charge.total:,} dong including {now.charge.vat_pct} % VAT"
    yield f"The bill for {_month_en(now.fact.period)} is {total}, for {now.kwh:,} kWh in {now.days} days."
    if before is None:
        yield "There is no bill of the month before on file to compare it with."
    else:
        used = f"{before.kwh:,} kWh in {before.days} days"
        yield f"{_month_en(before.fact.period)} was {before.charge.total:,} dong, for {used}."
        a_day = f"{_a_day(now, '.')} kWh a day on average, {_a_day(before, '.')} kWh the month before"
        times = "" if found.ratio is None else f"{_decimal(found.ratio, 2, '.')} times the month before, "
        yield f"That is {times}{a_day}."
    if found.effects is not None and found.effects.all:
        yield _effects_en(found.effects)
    if found.year_ago is not None and found.year_ratio is not None:
        used = f"{found.year_ago.kwh:,} kWh in {found.year_ago.days} days"
        yield f"It is {_decimal(found.year_ratio, 2, '.')} times the same month last year ({used})."
    yield from _notes_en(found)
    if "recheck_offer" in found.flags:
        limit = _decimal(RECHECK[0] * 10 // RECHECK[1], 1, ".")
        why = f"Because the use is at least {limit} times the month before"
        yield f"{why}, we offer to re-read the meter; our target for the answer is {hours} hours."


def _effects_en(effects: Effects) -> str:
    told = [(why, money) for why, money in zip(_WHY_EN, _parts(effects), strict=True) if money]
    whole = f"Before tax it {'rose' if effects.all > 0 else 'fell'} by {abs(effects.all):,} dong"
    if len(told) == 1:
        return f"{whole}, {told[0][0]}."
    return f"{whole}: {', '.join(f'{_move_en(money)} {why}' for why, money in told)}."


def _move_en(money: int) -> str:
    return f"{abs(money):,} {'up' if money > 0 else 'down'}"


def _notes_en(found: Findings) -> Iterator[str]:
    if found.before is not None and found.now.days != found.before.days:
        longer = found.now.days - found.before.days
        days = "day" if abs(longer) == 1 else "days"
        yield f"This period is {abs(longer)} {days} {'longer' if longer > 0 else 'shorter'}."
    top = _top(found)
    if top is not None:
        yield f"{top.kwh:,} kWh fell in tier {top.step + 1}, at {top.price:,} dong."
    since = _new_prices(found)
    if since is not None:
        yield f"New prices apply from {since.day} {MONTHS[since.month - 1]} {since.year}."
    if "vat_changed" in found.flags and found.before is not None:
        yield f"The VAT rate was {found.before.charge.vat_pct} % and is {found.now.charge.vat_pct} % now."
    if "estimated" in found.flags:
        yield (
            "This period's reading is estimated; the next one will follow the meter."
            if found.estimated_now
            else "The reading of the month before was estimated; this month makes up for it by the meter."
        )
    if found.hours is not None:
        normal, off_peak, peak = (f"{price:,}" for price in found.hours)
        yield (
            f"The contract is priced by hours (normal {normal}, off-peak {off_peak}, peak {peak} dong), but only the "
            "total is on file: this sum is at the normal hour's price, the bill itself may differ."
        )
    yield from (_NOTES_EN[flag] for flag in found.flags if flag in _NOTES_EN)
