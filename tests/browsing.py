"""The Chromium of the browser tests: one for all who run at the same time."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from house.browser import ARGUMENTS
from playwright.async_api import Browser, async_playwright


@asynccontextmanager
async def open_chromium(path: str) -> AsyncIterator[Browser]:
    """A headless Chromium: the one at CHROMIUM_AT, where others have their own contexts, or else one of that program.

    Afterwards no context that was opened here is left.
    """
    async with async_playwright() as playwright:
        if address := os.environ.get("CHROMIUM_AT"):
            browser = await playwright.chromium.connect(address)
        else:
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()
