"""What fictitious customers write on the text channels, as customers write."""

from random import Random

from agent_tui.wire.trouble import TroubleDanger
from backend_stub.simulate.scenario import Reason

_TEXTS: dict[Reason, tuple[str, ...]] = {
    "power_out": (
        "Khu nhà em mất điện từ nãy giờ, khi nào có lại ạ?",
        "Mất điện cả xóm rồi, điện lực kiểm tra giúp.",
        "Cho hỏi sao {town} cúp điện mà không thấy báo trước?",
        "Nhà tôi mất điện, hàng xóm cũng mất luôn.",
        "Điện chập chờn rồi tắt hẳn, nhà có em nhỏ, mong sớm có lại.",
        "cup dien tu sang toi gio chua co, bao gio co dien vay",
    ),
    "bill": (
        "Tháng này tiền điện tăng gần gấp đôi, nhờ kiểm tra lại giúp.",
        "Cho em hỏi vì sao hóa đơn tháng này cao bất thường?",
        "Nhà có 2 người mà hóa đơn hơn triệu hai, ghi số có nhầm không?",
        "Xin bảng kê chi tiết từng bậc của kỳ vừa rồi.",
    ),
    "payment": (
        "Tôi đã chuyển khoản hôm qua mà vẫn nhận tin nhắc nợ.",
        "Thanh toán qua ứng dụng báo lỗi, tiền bị trừ rồi ạ.",
        "Cho hỏi đóng tiền điện ở điểm nào gần {town}?",
    ),
    "meter": (
        "Công tơ nhà tôi không quay mấy hôm nay.",
        "Nhờ phúc tra chỉ số công tơ, tôi thấy ghi chưa đúng.",
        "Màn hình công tơ bị mờ, không đọc được số.",
    ),
    "new_supply": (
        "Tôi muốn đăng ký lắp công tơ mới cho nhà vừa xây, cần giấy tờ gì?",
        "Xin cấp điện 3 pha cho xưởng nhỏ, bao lâu thì xong?",
        "Em chuyển nhà, muốn đổi tên chủ hợp đồng thì làm sao ạ?",
    ),
    "other": (
        "Có người tự xưng điện lực gọi yêu cầu cài ứng dụng, có đúng không?",
        "Cho em xin lịch cắt điện tuần này ở {town}.",
        "Cảm ơn đội sửa chữa hôm qua tới rất nhanh.",
        "Cành cây trước nhà sắp chạm dây điện, nhờ phát quang.",
    ),
}
_DANGERS: dict[TroubleDanger, tuple[str, ...]] = {
    "wire_down": (
        "Dây điện đứt rơi xuống đường ở {town}, nguy hiểm lắm!",
        "Dây điện sà xuống thấp trước cổng trường ở {town}, mấy đứa nhỏ đi qua lại!",
    ),
    "pole": (
        "Cột điện trước nhà nghiêng và tóe lửa, cho người tới gấp!",
        "Gió lớn làm cột điện đổ chắn ngang đường ở {town}.",
    ),
    "fire": (
        "Có mùi khét và tia lửa ở hộp công tơ, xin cắt điện giúp.",
        "Trạm biến áp ở {town} bốc khói đen, sắp cháy rồi!",
    ),
    "shock": ("Có người vừa bị điện giật ở {town}, cắt điện ngay giúp!",),
}


def text(rng: Random, reason: Reason, town: str, danger: TroubleDanger = "none") -> str:
    """One message about this reason, or this danger, from somebody in this town."""
    return rng.choice(_DANGERS[danger] if reason == "danger" else _TEXTS[reason]).format(town=town)
