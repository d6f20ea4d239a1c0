"""Trouble calls to outages: which device failed, as calls come, go and grow old; pure, the time is given.

What people confirmed or announced absorbs its callers first and is never touched. Calls below one failed device are one
group; a group rolls up when a device above it is out, and splits when its calls no longer show that.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping

from backend_stub.domain.decisions import Decisions, Group, Merged, Predicted
from backend_stub.domain.evidence import Call, Rules, Shape, Tree, calls_below


class Engine:
    """All calls that count now, their groups, and what is new since the last decision."""

    def __init__(self, rules: Rules, shape: Callable[[str], Shape]) -> None:
        self.rules = rules
        self.tree = Tree(rules, shape)
        self.calls: dict[str, Call] = {}
        self.groups: dict[int, Group] = {}
        self._of_call: dict[str, int] = {}
        self._at_device: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._known: dict[str, str] = {}
        self._back: dict[str, frozenset[str]] = {}
        self._absorbed: dict[str, str] = {}
        self._changed: set[int] = set()
        self._dirty: set[str] = set()
        self._ageing: list[tuple[float, str]] = []
        self._next_key = 1

    def add(self, call: Call, now: float) -> None:
        """Count a call, or take it as changed; one that a known outage absorbs is no evidence, nor is an old one."""
        self.remove(call.id)
        absorbing = self._absorbing(call)
        if absorbing is not None:
            self._absorbed[call.id] = absorbing
        elif call.path and call.weight and call.at > now - self.rules.window_s:
            heapq.heappush(self._ageing, (call.at + self.rules.window_s, call.id))
            self._count(call)

    def add_all(self, calls: Iterable[Call], now: float) -> None:
        """Count many new calls at once."""
        since = now - self.rules.window_s
        taken: list[Call] = []
        for call in calls:
            absorbing = self._absorbing(call)
            if absorbing is not None:
                self._absorbed[call.id] = absorbing
            elif call.path and call.weight and call.at > since and call.id not in self.calls:
                taken.append(call)
        self._ageing += [(call.at + self.rules.window_s, call.id) for call in taken]
        heapq.heapify(self._ageing)
        self._load(taken)

    def regroup(self) -> None:
        """Work everything out anew from the calls; the next decision says what that changes."""
        self.tree = Tree(self.rules, self.tree.shape)
        self._load(list(self.calls.values()))
        self._dirty.update(group.root for group in self.groups.values())

    def _load(self, calls: Collection[Call]) -> None:
        self.calls.update({call.id: call for call in calls})
        self.tree.load(calls)
        self._dirty.update({call.path[-1] for call in calls})

    def remove(self, call_id: str) -> None:
        """Forget a call: it was attached elsewhere, or its trouble is over."""
        self._absorbed.pop(call_id, None)
        self._told.pop(call_id, None)
        call = self.calls.pop(call_id, None)
        if call is None:
            return
        before = self.tree.top_out(call)
        self.tree.remove(call)
        if before is not self.tree.top_out(call):
            self._dirty.add(call.path[-1])
        key = self._of_call.pop(call_id, None)
        if key is not None:
            group = self.groups[key]
            group.calls.discard(call_id)
            self._changed.add(key)
            if call.at in (group.first, group.last):
                self._dirty.add(group.root)

    def know(self, outages: Mapping[str, str], back: Mapping[str, frozenset[str]] | None = None) -> None:
        """Set which devices (code to outage) people know to be off: calls below them are theirs.

        `back` are transformers that an outage has let go: who calls from there has another trouble.
        """
        new = [device for device, outage in outages.items() if self._known.get(device) != outage]
        self._known, self._back = dict(outages), dict(back or {})
        for node in [self.tree.nodes[device] for device in new if device in self.tree.nodes]:
            for call in calls_below(node).values():
                absorbing = self._absorbing(call)
                if absorbing is not None:
                    self.remove(call.id)
                    self._absorbed[call.id] = absorbing

    def restore(self, outage: str, device: str, root: str, calls: Iterable[Call]) -> None:
        """Take up a group as it was stored: its calls count however old they are, until they are forgotten."""
        group = self._new(device, root, outage)
        for call in calls:
            heapq.heappush(self._ageing, (call.at + self.rules.forget_s, call.id))
            self.calls[call.id] = call
            self.tree.add(call)
            self._of_call[call.id] = self._told[call.id] = group.key
            group.calls.add(call.id)
        group.first, group.last = _span([self.calls[call_id] for call_id in group.calls]) if group.calls else (0.0, 0.0)
        self._dirty.add(root)

    def named(self, key: int, outage: str) -> None:
        """Remember which outage stands for a group."""
        self.groups[key].outage = outage

    def holds(self, call_id: str, outage: str) -> bool:
        """Say whether the call is counted at this predicted outage."""
        key = self._of_call.get(call_id)
        return key is not None and self.groups[key].outage == outage

    def drop(self, outage: str) -> None:
        """Forget a group that people took into their hands, with its calls."""
        for group in [group for group in self.groups.values() if group.outage == outage]:
            self._leave(group)

    def decide(self, now: float) -> Decisions:
        """Return what is new: groups formed, moved, merged and grown, calls absorbed or no longer counted anywhere."""
        self._age(now)
        merged: list[Merged] = []
        loose: list[str] = []
        old: dict[str, list[Group]] = {root: [] for root in sorted(self._dirty)}
        for group in self.groups.values():
            if group.root in old:
                old[group.root].append(group)
        for root, groups in old.items():
            self._regroup(root, {group.key: group for group in groups}, merged, loose)
        predicted = [self._predicted(self.groups[key]) for key in sorted(self._changed) if key in self.groups]
        absorbed, self._absorbed = self._absorbed, {}
        self._changed.clear()
        self._dirty.clear()
        return Decisions(absorbed, predicted, merged, loose)

    def _absorbing(self, call: Call) -> str | None:
        for device in call.path if self._known else ():
            outage = self._known.get(device)
            if outage is not None and call.path[0] not in self._back.get(outage, ()):
                return outage
        return None

    def _count(self, call: Call) -> None:
        before = self.tree.top_out(call)
        ending = None if before is None else self._at_device.get(before.code)
        if ending is not None and self.groups[ending].last < call.at - self.rules.separation_s:
            self._leave(self.groups[ending])
            before = self.tree.top_out(call)
        self.calls[call.id] = call
        self.tree.add(call)
        after = self.tree.top_out(call)
        if after is None:
            return
        key = self._at_device.get(after.code)
        if key is None or before is not after:
            self._dirty.add(call.path[-1])
            return
        group = self.groups[key]
        group.calls.add(call.id)
        group.first, group.last = min(group.first, call.at), max(group.last, call.at)
        self._of_call[call.id] = key
        self._changed.add(key)

    def _age(self, now: float) -> None:
        for group in [g for g in self.groups.values() if g.calls and g.last < now - self.rules.separation_s]:
            self._leave(group)
        while self._ageing and self._ageing[0][0] <= now:
            _, call_id = heapq.heappop(self._ageing)
            call = self.calls.get(call_id)
            if call is None:
                continue
            until = call.at + (self.rules.forget_s if call_id in self._of_call else self.rules.window_s)
            if until > now:
                heapq.heappush(self._ageing, (until, call_id))
            else:
                self.remove(call_id)

    def _leave(self, group: Group) -> None:
        """Let a group go as it stands: whatever comes now is another outage."""
        for call_id in group.calls:
            self.tree.remove(self.calls.pop(call_id))
            del self._of_call[call_id]
            self._told.pop(call_id, None)
        del self.groups[group.key]
        if self._at_device.get(group.device) == group.key:
            del self._at_device[group.device]
        self._dirty.add(group.root)

    def _new(self, device: str, root: str, outage: str | None = None) -> Group:
        group = Group(self._next_key, device, root, outage=outage)
        self._next_key += 1
        self.groups[group.key] = group
        self._at_device[device] = group.key
        return group

    def _regroup(self, root: str, old: dict[int, Group], merged: list[Merged], loose: list[str]) -> None:
        """Work out a root's groups anew; one that is there already keeps its name."""
        found = {node.code: calls_below(node) for node in self.tree.all_out(root)}
        for key, group in list(old.items()):
            calls = found.get(group.device)
            if calls is not None and calls.keys() == group.calls and self._at_device.get(group.device) == key:
                group.first, group.last = _span(calls.values())
                del old[key], found[group.device]
        heirs = _heirs(old, found)
        gone = {key: group for key, group in old.items() if key not in heirs.values()}
        left = {call_id for group in old.values() for call_id in group.calls}
        taken_from = {key: list(group.calls) for key, group in gone.items()}
        for key, group in old.items():
            self._at_device.pop(group.device, None)
            for call_id in group.calls:
                self._of_call.pop(call_id, None)
            if key in gone:
                del self.groups[key]
        for code in sorted(found):
            self._fill(self.groups[heirs[code]] if code in heirs else self._new(code, root), code, found[code])
        for call_id in sorted(left - self._of_call.keys()):
            self._told.pop(call_id, None)
            loose.append(call_id)
        for key, calls_then in taken_from.items():
            outage, now_at = gone[key].outage, [self._of_call[c] for c in calls_then if c in self._of_call]
            if outage is not None:
                merged.append(Merged(outage, max(set(now_at), key=lambda k: (now_at.count(k), -k), default=None)))

    def _fill(self, group: Group, code: str, calls: Mapping[str, Call]) -> None:
        group.device, group.calls = code, set(calls)
        group.first, group.last = _span(calls.values())
        self._at_device[code] = group.key
        self._of_call.update(dict.fromkeys(calls, group.key))
        self._changed.add(group.key)

    def _predicted(self, group: Group) -> Predicted:
        node = self.tree.nodes[group.device]
        fresh = tuple(sorted(c for c in group.calls if self._told.get(c) != group.key))
        self._told.update(dict.fromkeys(fresh, group.key))
        return Predicted(
            group.key, group.outage, group.device, node.shape.kind, len(group.calls), node.transformers, node.laterals,
            group.first, group.last, fresh,
        )  # fmt: skip


def _span(calls: Iterable[Call]) -> tuple[float, float]:
    times = [call.at for call in calls]
    return min(times), max(times)


def _heirs(old: Mapping[int, Group], found: Mapping[str, Mapping[str, Call]]) -> dict[str, int]:
    """Return which old group goes on as which device: the same first, then where most calls are, then the oldest."""
    pairs = sorted(
        (group.device != code, -len(group.calls & calls.keys()), key, code)
        for key, group in old.items()
        for code, calls in found.items()
        if group.device == code or not group.calls.isdisjoint(calls)
    )
    heirs: dict[str, int] = {}
    for _, _, key, code in pairs:
        if code not in heirs and key not in heirs.values():
            heirs[code] = key
    return heirs
