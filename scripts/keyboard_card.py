"""Writes docs/keyboard-card.vi.md and .en.md from the action registry.

    python scripts/keyboard_card.py [--check]

`--check` writes nothing and exits 1 when a card on file is not what the registry makes.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from agent_tui.i18n import LANGUAGES, _, language, set_language  # noqa: E402
from agent_tui.keys.actions import ACTIONS, FIXED, GROUPS, VIM, Action  # noqa: E402
from agent_tui.keys.keymap import Keymap, key_name, why_unsafe  # noqa: E402

WORDS = {
    "en": {
        "title": "Keyboard card",
        "intro": "Every verb has one key, the same on every view. A key that cannot act is greyed in the bottom line, "
        "and says why when it is pressed. F1 shows this list in the desk, and Enter there runs a line; ^P finds every "
        "command by its name. `^O` is Ctrl with O.",
        "key": "key", "verb": "verb", "does": "what it does", "palette": "^P only",
        "fixed": "The same in every form and list",
        "layer": "Letters for vim users",
        "layer_text": "Off by default: input methods need letters. With `keys = \"vim\"` in the settings file (or "
        "`layer = \"vim\"` among other `[keys]`) these letters move, wherever a letter would not be typed:",
        "moving": "Other keys",
        "moving_text": "In the settings file, an action's name and its keys; the first one is shown:",
        "names": "Names",
        "faults": "An unknown name, an unknown key and a key that two actions want are reported at the start, with the "
        "nearest that fits. Some keys are refused, because they do not reach the desk or mean something else before:",
        "refused": "refused", "because": "because",
        "never": "Ctrl+Q and Ctrl+C never end the desk. Leaving is the command “Log out”: it asks first, and refuses "
        "while a contact is open.",
    },
    "vi": {
        "title": "Thẻ phím tắt",
        "intro": "Mỗi việc một phím, giống nhau ở mọi màn hình. Phím chưa dùng được thì mờ ở dòng cuối, bấm vào sẽ nói "
        "lý do. F1 hiện danh sách này ngay trên bàn trực, Enter để chạy một dòng; ^P tìm mọi lệnh theo tên. `^O` là "
        "Ctrl cùng với O.",
        "key": "phím", "verb": "việc", "does": "để làm gì", "palette": "chỉ trong ^P",
        "fixed": "Giống nhau ở mọi ô nhập và danh sách",
        "layer": "Phím chữ cho người quen vim",
        "layer_text": "Mặc định tắt, vì bộ gõ cần các phím chữ. Ghi `keys = \"vim\"` trong tệp cài đặt (hoặc "
        "`layer = \"vim\"` cùng các phím khác trong `[keys]`) thì ở nơi không gõ chữ, các phím này để di chuyển:",
        "moving": "Đổi phím",
        "moving_text": "Trong tệp cài đặt, ghi tên việc và các phím của nó; phím đầu là phím được hiện:",
        "names": "Tên các việc",
        "faults": "Tên sai, phím không có, hay một phím cho hai việc đều được báo ngay khi mở, kèm tên gần đúng nhất. "
        "Có những phím không được nhận, vì không tới được bàn trực hoặc mang nghĩa khác ở dọc đường:",
        "refused": "không nhận", "because": "vì",
        "never": "Ctrl+Q và Ctrl+C không bao giờ tắt bàn trực. Muốn rời thì dùng lệnh “Đăng xuất”: bàn trực hỏi lại, "
        "và không cho rời khi đang tiếp khách.",
    },
}  # fmt: skip
EXAMPLE = '```toml\n[keys]\nhold = "ctrl+l"\nrefresh = "f13, ctrl+r"\n```'
REFUSED = (
    "ctrl+m", "ctrl+s", "ctrl+c", "ctrl+b", "ctrl+w", "ctrl+u", "ctrl+space", "alt+x", "ctrl+1", "shift+enter",
    "f11", "g", "tab",
)  # fmt: skip


def card() -> str:
    """The card in the current language, as Markdown."""
    words = WORDS[language()]
    parts = [f"# {words['title']}", words["intro"], words["never"]]
    for group, title in GROUPS.items():
        parts += [f"## {_(title)}", table([row(a) for a in ACTIONS if a.group == group])]
    fixed = [(" ".join(map(key_name, keys)), _(text)) for keys, text in FIXED]
    parts += [f"## {words['fixed']}", table(fixed, (words["key"], words["does"]))]
    letters = [(letter, key_name(key)) for letter, key in VIM.items()]
    parts += [f"## {words['layer']}", words["layer_text"], table(letters, (words["key"], "="))]
    names = ", ".join(f"`{action.name}`" for action in ACTIONS)
    parts += [f"## {words['moving']}", words["moving_text"], EXAMPLE, f"{words['names']}: {names}.", words["faults"]]
    refused = [(key_name(key), why_unsafe(key) or "") for key in REFUSED]
    parts.append(table(refused, (words["refused"], words["because"])))
    return "\n\n".join(parts) + "\n"


def row(action: Action) -> tuple[str, ...]:
    """Keys, label and help of an action."""
    keys = " ".join(key_name(key) for key in Keymap.default().of(action.name))
    return keys or WORDS[language()]["palette"], _(action.label), _(action.help)


def table(rows: list[tuple[str, ...]], head: tuple[str, ...] = ()) -> str:
    """A Markdown table; without a head of its own the one of actions."""
    words = WORDS[language()]
    head = head or (words["key"], words["verb"], words["does"])
    lines = [head, tuple("---" for _column in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def cards() -> dict[Path, str]:
    """Each card's file and text."""
    made = {}
    before = language()
    for code in LANGUAGES:
        set_language(code)
        made[ROOT / "docs" / f"keyboard-card.{code}.md"] = card()
    set_language(before)
    return made


def main() -> int:
    """Write the cards, or say which are old."""
    old = [path for path, text in cards().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in old:
        print(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.write_text(cards()[path], "utf-8")
    return 1 if old and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
