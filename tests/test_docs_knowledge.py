"""The hook that puts the page and the figures of the knowledge base into the documentation."""

from __future__ import annotations

import importlib.util

import pytest

from exocosm import knowledge


@pytest.fixture(scope="module")
def hook(request):
    path = request.config.rootpath / "docs" / "hooks" / "knowledge.py"
    spec = importlib.util.spec_from_file_location("docs_knowledge_hook", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_figure_and_the_link_have_a_place(hook, root):
    page = (root / "docs" / "knowledge" / "browse.md").read_text(encoding="utf-8")
    built = hook.on_page_markdown(page)
    assert hook.LINK in page
    assert 'href="../base.html"' in built
    for name in hook.CAPTIONS:
        assert hook.place(name) in page
        assert f'src="../{name}.svg"' in built
    assert "<!--" not in built


def test_page_and_figures_are_built_and_stay_the_same(hook):
    content = hook.built()
    assert set(content) == {hook.PAGE, *(f"knowledge/{name}.svg" for name in hook.CAPTIONS)}
    for statement in knowledge.load().statements[:5]:
        assert statement.id in content[hook.PAGE]
    hook.built.cache_clear()
    assert hook.built() == content
