import re
from pathlib import Path

from backend_stub import routes
from tests.service import running_service


async def document(tmp_path: Path) -> dict:
    async with running_service(tmp_path) as svc:
        answer = await svc.anonymous().get("/openapi.json")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        return answer.json()


async def test_every_route_is_in_the_document_and_nothing_else(tmp_path: Path) -> None:
    paths = (await document(tmp_path))["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described == {(route.method, route.path) for route in routes.ROUTES}


async def test_every_operation_is_complete(tmp_path: Path) -> None:
    whole = await document(tmp_path)
    assert whole["openapi"].startswith("3.1")
    ids = []
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            assert operation["summary"], f"{method} {path} has no summary"
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
            assert "default" in operation["responses"]
    assert len(ids) == len(set(ids))


async def test_every_reference_leads_somewhere(tmp_path: Path) -> None:
    whole = await document(tmp_path)
    schemas = whole["components"]["schemas"]
    found: list[str] = []

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                found.append(part["$ref"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(whole)
    assert found
    assert {ref.removeprefix("#/components/schemas/") for ref in found} <= set(schemas)
