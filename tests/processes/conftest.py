"""A place for each test, with real processes."""

from tests.support.scenes import make_scene, proxy, template, zygote

__all__ = ["make_scene", "proxy", "template", "zygote"]
