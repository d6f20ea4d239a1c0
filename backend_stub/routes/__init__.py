"""Every route of the service, and the jobs that come with them."""

from backend_stub.routes import (
    agents,
    areas,
    bills,
    contact_actions,
    contacts,
    customers,
    events,
    live,
    metrics,
    operations,
    outages,
    power,
    presence,
    sessions,
    tickets,
)
from backend_stub.routes.table import Job, Route

ROUTES: tuple[Route, ...] = (
    *sessions.ROUTES,
    *agents.ROUTES,
    *live.ROUTES,
    *events.ROUTES,
    *contacts.ROUTES,
    *contact_actions.ROUTES,
    *customers.ROUTES,
    *bills.ROUTES,
    *power.ROUTES,
    *outages.ROUTES,
    *areas.ROUTES,
    *tickets.ROUTES,
    *presence.ROUTES,
    *operations.ROUTES,
    *metrics.ROUTES,
)
JOBS: tuple[Job, ...] = (*contact_actions.JOBS, *presence.JOBS)
