"""The Visualforce page of force-app as the platform would write it, in place of the page that the connector hosts."""

import html
import json
import re
from pathlib import Path

from playwright.async_api import BrowserContext, Route

from tests.e2e.desk import METADATA
from tests.e2e.product import Product

RESOURCES = METADATA / "staticresources"


def written(page: str, config: dict[str, object]) -> str:
    """What the platform makes of the page: static resources get addresses, and `{!config}` is escaped as text."""
    body = page.split(">\n", 1)[1].replace("</apex:page>", "")
    body = re.sub(r'<apex:stylesheet value="(.*?)" />', r'<link rel="stylesheet" href="\1" />', body)
    body = re.sub(r"\{!\$Resource\.(\w+)\}", r"/resource/1764460800000/\1", body)
    body = body.replace("{!config}", html.escape(json.dumps(config)))
    assert "apex:" not in body and "{!" not in body, "the test does not know all that the page uses"
    return f"<!DOCTYPE html>{body}"


async def serve(context: BrowserContext, product: Product, asked: list[str], **config: object) -> None:
    """From now on the utility's frame shows the adapter page; `asked` gathers what it asks its own host for."""
    console = product.demo.console
    panel = product.demo.panel
    text = written(
        (METADATA / "pages" / "PhonePanel.page").read_text(),
        {
            "socket": panel.replace("http", "ws", 1) + "/socket",
            "origins": [console],
            "openCtiVersion": "62.0",
            "language": "en_US",
            **config,
        },
    )

    async def page(route: Route) -> None:
        asked.append("page")
        await route.fulfill(body=text, content_type="text/html")

    async def resource(route: Route) -> None:
        name = Path(route.request.url).name
        asked.append(name)
        (file,) = (file for file in RESOURCES.glob(f"{name}.*") if not file.name.endswith("-meta.xml"))
        kind = "text/css" if file.suffix == ".css" else "application/javascript"
        await route.fulfill(path=file, content_type=kind)

    async def script(route: Route) -> None:
        """The org has it at every host of its own."""
        asked.append("opencti")
        path = route.request.url.partition("/support/")[2]
        await route.fulfill(response=await context.request.get(f"{console}/support/{path}"))

    host = panel.removesuffix("/panel")
    await context.route(re.compile(re.escape(panel) + r"\?"), page)
    await context.route(f"{host}/resource/**", resource)
    await context.route(f"{host}/support/**", script)
