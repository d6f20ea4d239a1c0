"""What a lead says to every desk: the banner and the surge mode; both stand until somebody changes them."""

import msgspec

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_BANNER = "banner"
_SAY = msgspec.json.Decoder(wire.Say)
_STANDS = msgspec.json.Decoder(wire.Banner)


def banner(conn: sqlite3.Connection, now: float) -> wire.Banner | None:
    """Return the banner that stands now."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_BANNER,)).fetchone()
    found = None if row is None else _STANDS.decode(row[0])
    return None if found is None or (found.until is not None and found.until <= to_wire(now)) else found


def surge(conn: sqlite3.Connection) -> wire.Surge | None:
    """Return the surge mode, None where nobody ever switched it."""
    row = conn.execute('SELECT "on", announcement, callback_offer, since, by FROM surge').fetchone()
    if row is None:
        return None
    said = None if row["announcement"] is None else _SAY.decode(row["announcement"])
    return wire.Surge(bool(row["on"]), said, bool(row["callback_offer"]), to_wire(row["since"]), row["by"])


def put_banner(tx: Tx, request: wire.BannerRequest) -> wire.Banner:
    """Announce, or take the announcement away, and tell every desk."""
    if request.text is None:
        tx.conn.execute("DELETE FROM meta WHERE key = ?", (_BANNER,))
    else:
        stands = msgspec.json.encode(wire.Banner(request.text, request.until)).decode()
        tx.conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_BANNER, stands))
    return _tell(tx)


def put_surge(tx: Tx, request: wire.SurgeRequest, by: str) -> wire.Surge:
    """Switch surge mode and tell every desk."""
    said = None if request.announcement is None else msgspec.json.encode(request.announcement).decode()
    tx.conn.execute(
        """INSERT INTO surge (id, "on", announcement, callback_offer, since, by)
           VALUES (1, :on, :said, :offer, :now, :by)
           ON CONFLICT DO UPDATE SET since = CASE WHEN "on" = :on THEN since ELSE :now END,
           "on" = :on, announcement = :said, callback_offer = :offer, by = :by""",
        {"on": int(request.on), "said": said, "offer": int(request.callback_offer), "now": tx.now, "by": by},
    )
    _tell(tx)
    found = surge(tx.conn)
    return found if found is not None else wire.Surge(request.on)


def _tell(tx: Tx) -> wire.Banner:
    # An announcement that ends now is none: a desk that only knows of banners takes its own down.
    stands = banner(tx.conn, tx.now) or wire.Banner(wire.Say("", ""), to_wire(tx.now))
    whole = msgspec.structs.replace(stands, surge=surge(tx.conn))
    tx.emit("banner.changed", whole)
    return whole
