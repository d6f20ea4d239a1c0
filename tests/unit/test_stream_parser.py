from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.errors import ServiceBroken
from agent_tui.net.stream import MAX_BLOCK, Beat, Parser
from agent_tui.wire import Event

STREAM = (
    'event: hello\ndata: {"seq":4,"generation":"g"}\n\n'
    ": \n\n"
    'id: 5\nevent: contact.changed\ndata: {"name":"Nguyễn Văn Tý"}\n\n'
    ": 6\n\n"
    ": 7\n\n"
    "id: 8\r\nevent: agent.changed\r\ndata: {}\r\n\r\n"
    "id: 9\nevent: future.changed\ndata: {}\n\n"
    "retry: 2500\n\n"
    "id: 10\nevent: outage.changed\ndata: [1,\ndata: 2]\n\n"
    "id: 11\nevent: outage.changed\ndata: {}\n\n"
).encode()


def events(items):
    return [(one.seq, one.kind, bytes(one.data).decode(), one.after) for one in items if isinstance(one, Event)]


EXPECTED = [
    (None, "hello", '{"seq":4,"generation":"g"}', None),
    (5, "contact.changed", '{"name":"Nguyễn Văn Tý"}', None),
    (8, "agent.changed", "{}", 5),
    (10, "outage.changed", "[1,\n2]", 8),
    (11, "outage.changed", "{}", None),
]


def test_a_stream_in_one_piece():
    items = list(Parser().feed(STREAM))
    assert events(items) == EXPECTED
    assert Beat(2.5) in items


@given(st.lists(st.integers(0, len(STREAM)), max_size=60))
def test_the_same_however_it_is_cut(cuts):
    parser = Parser()
    edges = [0, *sorted(cuts), len(STREAM)]
    items = [item for a, b in pairwise(edges) for item in parser.feed(STREAM[a:b])]
    assert events(items) == EXPECTED


def test_a_hole_in_the_hidden_run_shows():
    items = list(Parser().feed(b": 6\n\n: 8\n\nid: 9\nevent: agent.changed\ndata: {}\n\n"))
    assert [one.after for one in items if isinstance(one, Event)] == [7]
    items = list(Parser().feed(b": 6\n\nid: 9\nevent: agent.changed\ndata: {}\n\n"))
    assert [one.after for one in items if isinstance(one, Event)] == [None]


def test_byte_by_byte():
    parser = Parser()
    assert events([item for i in range(len(STREAM)) for item in parser.feed(STREAM[i : i + 1])]) == EXPECTED


def test_an_unfinished_block_is_not_an_event():
    assert list(Parser().feed(b'id: 5\nevent: contact.changed\ndata: {"a":1}\n')) == []


def test_a_block_without_end_is_refused():
    parser = Parser()
    with pytest.raises(ServiceBroken):
        list(parser.feed(b"data: " + b"x" * MAX_BLOCK))


@given(st.binary(max_size=200))
def test_any_bytes_parse(noise):
    for item in Parser().feed(noise):
        assert isinstance(item, Event | Beat)
