"""The acts an agent can take back."""

from agent_tui.desk.undo_stack import GOOD_FOR_S, KEPT, UndoStack


def test_the_newest_goes_first_and_then_the_one_before_it() -> None:
    stack = UndoStack()
    stack.push("a", "12 attached", 0.0)
    stack.push("b", "T-1 saved", 1.0)
    assert (act := stack.last(2.0)) is not None
    assert act.label == "T-1 saved"
    stack.drop("b")
    assert (act := stack.last(2.0)) is not None
    assert act.token == "a"


def test_ten_minutes_and_no_longer() -> None:
    stack = UndoStack()
    stack.push("a", "saved", 0.0)
    assert stack.last(GOOD_FOR_S - 0.001) is not None
    assert stack.last(GOOD_FOR_S) is None


def test_an_act_without_a_token_hides_nothing() -> None:
    stack = UndoStack()
    stack.push("a", "saved", 0.0)
    stack.push(None, "note written", 1.0)
    assert (act := stack.last(2.0)) is not None
    assert act.token == "a"


def test_it_does_not_grow_with_the_shift() -> None:
    stack = UndoStack()
    for n in range(KEPT + 20):
        stack.push(str(n), "saved", 0.0)
    left = 0
    while (act := stack.last(0.0)) is not None:
        stack.drop(act.token)
        left += 1
    assert left == KEPT
