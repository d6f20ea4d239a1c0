"""What a caller in danger is told at once: read aloud, both languages, by the kind of danger."""

from agent_tui.wire import Say

# Our own default, larger than the usual advice of the corporations: to be checked against QCVN 01:2020/BCT by whoever
# runs the desk. The numbers are those of Vietnam's fire brigade and ambulance.
_AWAY = Say(
    vi="Anh/chị tránh xa ít nhất 10 mét và nhắc mọi người xung quanh cùng tránh xa, không chạm vào bất cứ thứ gì ở đó.",
    en="Please stay at least 10 metres away, keep everybody else away, and touch nothing there.",
)
_UNIT = Say(
    vi="Em báo đội trực ngay bây giờ. Em xin đọc lại địa chỉ để anh/chị kiểm tra giúp em.",
    en="I am alerting the field unit right now. Let me read the address back to you; please check it.",
)
_BY_CODE: dict[str, Say] = {
    "wire_down": Say(
        vi="Dây điện rơi luôn phải coi là còn điện, kể cả khi khu vực đang mất điện. Nếu đang đứng gần, anh/chị chụm "
        "hai chân, bước thật ngắn lùi ra xa.",
        en="Treat a fallen wire as live, even while the power is out. If you are close, keep your feet together and "
        "shuffle away in very short steps.",
    ),
    "fire": Say(
        vi="Anh/chị ra khỏi chỗ cháy, gọi 114, và không dùng nước dập lửa ở chỗ có điện.",
        en="Leave the place of the fire, call 114, and do not use water where there is electricity.",
    ),
    "pole": Say(
        vi="Anh/chị không đứng dưới cột và đường dây, không chạm vào cột, dây néo hay hàng rào kim loại gần đó.",
        en="Do not stand under the pole or the line, and do not touch the pole, its stays or metal fences near it.",
    ),
    "shock": Say(
        vi="Anh/chị không chạm vào người bị giật khi chưa ngắt điện; nếu làm được an toàn thì cắt cầu dao, dùng vật "
        "khô không dẫn điện để tách, và gọi ngay 115.",
        en="Do not touch the person before the power is off; if it is safe, switch off the breaker, part them with "
        "something dry that does not conduct, and call 115 at once.",
    ),
}


def script(code: str | None = None) -> Say:
    """The script for a danger of the trouble call (wire_down, fire, pole, shock), or for any danger."""
    parts = [part for part in (_AWAY, _BY_CODE.get(code or ""), _UNIT) if part is not None]
    return Say(vi=" ".join(part.vi for part in parts), en=" ".join(part.en for part in parts))
