"""What every switch must tell of what happens on an agent's phone itself; by that alone nothing is done.

A suite subclasses `PhoneContract` and gives it a fixture `rig`.
"""

import pytest

from tests.ports.switch_contract import expect
from tests.ports.switch_party_contract import left
from tests.ports.switch_party_scenes import PARTY_SCENES, cast, second
from tests.ports.switch_rig import JONAS, Rig
from tests.ports.switch_scenes import talking

HELD = [("talking", "a+c"), ("with_j", "a+j c"), ("three", "a+c+j"), ("colleagues", "a+j")]
"""Where the phone of `a` is held, and who hears whom before, meanwhile and afterwards."""


class PhoneContract:
    """The tests."""

    @pytest.mark.parametrize("situation,rest", HELD)
    async def test_the_hold_of_a_phone_is_told_and_nothing_done(self, rig: Rig, situation: str, rest: str) -> None:
        if situation == "talking":
            two = await talking(rig)
            scene = cast(two.contact, two.customer, two.agent)
        else:
            scene = await PARTY_SCENES[situation](rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.phone_hold(scene.a)
        await expect(rig, scene, ("phone held a",))
        assert await left(rig, scene) == rest
        rig.heard.news.clear()
        await rig.phone_resume(scene.a)
        await expect(rig, scene, ("phone resumed a",))
        assert await left(rig, scene) == rest

    @pytest.mark.parametrize("number", [JONAS, "+14155550191"])
    async def test_the_transfer_of_a_phone_is_told_and_nothing_done(self, rig: Rig, number: str) -> None:
        two = await talking(rig)
        scene = cast(two.contact, two.customer, two.agent)
        await rig.settle()
        rig.heard.news.clear()
        await rig.phone_transfer(scene.a, number)
        await expect(rig, scene, (f"phone transferred a {number}",))
        assert await left(rig, scene) == "a+c"

    async def test_a_phone_that_puts_its_two_calls_through_is_told_with_both(self, rig: Rig) -> None:
        scene = await second(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.phone_transfer(scene.a, "", scene.a2)
        await expect(rig, scene, ("phone transferred a a2",))
        assert await left(rig, scene) == "a a2+c2 c"
