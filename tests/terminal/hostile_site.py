"""A site whose rows were written by strangers: the corpus in every text column, past every check of the doors."""

import json
import sqlite3
import unicodedata
from pathlib import Path

from tests.hostile import ROWS
from tests.terminal.site import Site

HONEST = [
    "Số 5 [ngõ 12/3]",
    "[khan] mất điện [red]",
    "[bold]Đội quản lý",
    "trụ [/b] gãy",
    ":warning: dây đứt",
    "\\[b]x",
]
CLASSES = [
    "a" + "".join(f"{chr(code)}b" for code in range(1, 32) if code not in (9, 10, 13)) + "\x7fc",
    "a" + "".join(f"{chr(code)}b" for code in range(0x80, 0xA0)) + "c",
    "a\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b",
    "a\u200b\u2028\u2029\u2060\u00ad\u180e\ufeff\ufff9\ufffbb",
    "[@click=app.act('leave')]thoát[/]", "[@click=app.act('take')]nhận[/]", "[link=http://evil.example]bấm[/link]",
    "[$error]x[/]", '[b="x', "[/x]", "[/]", "\x1b[?1049l\x1b[2J\x1bc", "\x9d52;c;aGk=\x9c", "\x1b]52;c;aGk=\x1b\\",
    "\x1b[?1003l\x1b[?2004l", "x" * 600, "\u1ea0\u0309" * 200, "Hươ\u0300ng", "👩\u200d👩\u200d👧 nhà",
]  # fmt: skip


def texts() -> list[str]:
    """Every text a UTF-8 database can hold, honest ones first."""
    stored = [text for _id, text in ROWS if text.strip() and not any(0xD800 <= ord(c) < 0xE000 for c in text)]
    return [*HONEST, *CLASSES, *stored]


def skeleton(text: str) -> str:
    """The plain visible part of a text: what no terminal model disagrees about."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isascii() and c.isprintable() and c != " ")


class HostileSite(Site):
    """One contact, customer, ticket and outage for each text; ticket, outage and transcript notes too."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.texts = texts()
        self.start()
        self._seed()
        self.kill()
        with sqlite3.connect(next(self.data.glob("*.db"))) as connection:
            self._poison(connection)
        connection.close()
        self.start()

    def _seed(self) -> None:
        door, lan, lead = self.client("door"), self.client("lan"), self.client("minh")
        for n, _text in enumerate(self.texts):
            body = {"external_id": f"h{n}", "channel": ("zalo", "webchat", "email")[n % 3], "queue": "outage",
                    "address": f"zalo-{n}", "name": f"Khách {n}", "text": "xin chào"}  # fmt: skip
            assert door.post("/v1/contacts", json=body).status_code == 201
            body = {"type": "OTHER", "title": f"Phiếu {n}", "note": "x"}
            assert (answer := lan.post("/v1/tickets", json=body)).status_code == 201, answer.text
        with sqlite3.connect(next(self.data.glob("*.db"))) as connection:
            found = connection.execute("SELECT code FROM device WHERE kind = 'transformer' ORDER BY code").fetchall()
        connection.close()
        for (device,) in found[: len(self.texts)]:
            answer = lead.post("/v1/outages", json={"device": device, "kind": "unplanned", "status": "confirmed"})
            assert answer.status_code in (201, 409), answer.text

    def _poison(self, connection: sqlite3.Connection) -> None:
        all_ = self.texts
        run, rows = connection.execute, lambda query: [row[0] for row in connection.execute(query).fetchall()]
        customers = rows("SELECT id FROM customer ORDER BY id")
        contacts = rows("SELECT id FROM contact WHERE external_id LIKE 'h%' ORDER BY n")
        tickets = rows("SELECT id FROM ticket ORDER BY n")
        outages = rows("SELECT id FROM outage ORDER BY n")
        for n, text in enumerate(all_):
            customer = customers[n % len(customers)]
            run("UPDATE customer SET name=?, address=?, old_address=?, title=?, meter_no=?, contract_no=?, "
                "priority_load=?, tariff=? WHERE id=?", (text,) * 8 + (customer,))  # fmt: skip
            code = rows(f"SELECT code FROM customer WHERE id = {customer}")[0]
            known = code if n < len(customers) else None
            run("UPDATE contact SET name=?, text_preview=?, place=?, address=?, customer=? WHERE id=?",
                (text, text, text, text[:120], known, contacts[n]))  # fmt: skip
            run("INSERT INTO message (contact, at, author, text) VALUES (?, 1e9, 'customer', ?)", (contacts[0], text))
            run("INSERT INTO contact_event (contact, at, state, \"trigger\", detail) VALUES (?, 1e9, 'queued', 'x', ?)",
                (contacts[0], text))  # fmt: skip
            run("UPDATE ticket SET title=?, customer=?, fields=?, assignee='lan' WHERE id=?",
                (text, code, json.dumps({"x": text}), tickets[n]))  # fmt: skip
            run("INSERT INTO ticket_note (id, ticket, author, at, text, kind) VALUES (?, ?, ?, 1e9, ?, 'note')",
                (f"n{n}", tickets[0], text, text))  # fmt: skip
            outage = outages[n % len(outages)]
            loads = json.dumps([{"customer": text, "name": text, "kind": text}])
            run("UPDATE outage SET device_name=?, cause=?, device_path=?, priority_loads=? WHERE id=?",
                (text, text, json.dumps([text, text]), loads, outage))  # fmt: skip
            run("INSERT INTO outage_note (outage, at, author, text) VALUES (?, 1e9, ?, ?)", (outage, text, text))
        run("UPDATE user SET name=? WHERE username='lan'", ("Lan " + "".join(all_[6:9]) + "\x1b]0;x\x07[/b]",))
        run("UPDATE user SET name=? WHERE username='minh'", ("[@click=app.quit]Minh[/]\x1b]52;c;aGk=\x07",))
        run("UPDATE device SET name = name || ?", ("\x1b]0;x\x07[/b]\u202e",))
