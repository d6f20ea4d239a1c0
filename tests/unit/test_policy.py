import pytest

from backend_stub import routes
from backend_stub.policy import ANONYMOUS, RULES, VERB_OF_EVENT, Principal, Row, can, role_may
from backend_stub.routes.plumbing import Router
from backend_stub.routes.table import Answer, Route


def who(role: str, centre: str = "EVNCPC") -> Principal:
    return Principal(f"u-{role}", role, role.title(), role, centre)


HERE, THERE, EVERYWHERE = Row(centre="EVNCPC"), Row(centre="EVNHANOI"), Row()


@pytest.mark.parametrize("verb", ["contact.take", "contact.read", "ticket.read", "ticket.patch"])
def test_contacts_and_tickets_belong_to_a_centre(verb: str) -> None:
    for role in ("agent", "lead"):
        assert can(who(role), verb, HERE)
        assert not can(who(role), verb, THERE)
    assert can(who("admin"), verb, THERE)


def test_leads_see_the_agents_of_every_centre_and_agents_those_of_their_own() -> None:
    assert can(who("agent"), "agent.list", HERE)
    assert not can(who("agent"), "agent.list", THERE)
    assert can(who("lead"), "agent.list", THERE)


@pytest.mark.parametrize("verb", ["customer.search", "customer.read", "outage.list", "area.list"])
def test_customers_and_outages_are_everybody_s_but_the_channels(verb: str) -> None:
    assert can(who("agent"), verb, EVERYWHERE)
    assert not can(who("channel"), verb, EVERYWHERE)


def test_a_channel_reports_contacts_and_touches_only_its_own() -> None:
    channel = who("channel")
    assert can(channel, "contact.create")
    assert can(channel, "contact.csat", Row(centre="EVNCPC", channel_user=channel.id))
    assert not can(channel, "contact.csat", Row(centre="EVNCPC", channel_user="another"))
    assert not role_may(channel, "contact.take")
    assert not role_may(channel, "contact.list")
    assert not role_may(who("agent"), "contact.create")


def test_a_channel_sees_no_event() -> None:
    assert not any(can(who("channel"), verb, EVERYWHERE) for verb in VERB_OF_EVENT.values())


def test_nobody_may_nothing_and_an_unknown_verb_is_a_no() -> None:
    assert not any(can(ANONYMOUS, verb) for verb in RULES)
    assert not can(who("admin"), "contact.teleport")


def test_every_event_s_verb_is_in_the_rules() -> None:
    assert set(VERB_OF_EVENT.values()) <= set(RULES)


def nothing(conn: object, call: object) -> Answer:
    return Answer()


def test_a_route_without_a_rule_stops_the_start() -> None:
    with pytest.raises(LookupError, match="no rule in the policy"):
        Router([Route("GET", "/v1/secret", "secret.read", "read", nothing)])


def test_two_routes_at_one_address_stop_the_start() -> None:
    with pytest.raises(LookupError, match="twice"):
        Router([Route("GET", "/v1/a/{id}", "me.read", "read", nothing)] * 2)


def test_only_health_readiness_figures_contract_and_login_are_public() -> None:
    public = {(route.method, route.path) for route in routes.ROUTES if route.verb == "public"}
    assert public == {
        ("POST", "/v1/sessions"), ("GET", "/health"), ("GET", "/ready"), ("GET", "/openapi.json"), ("GET", "/metrics"),
    }  # fmt: skip
