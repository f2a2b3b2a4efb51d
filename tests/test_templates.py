"""Templates speak the language of each reader."""

from jinja2 import Environment, nodes

from tests.repository import texts

TRANSLATES = {"_", "gettext", "ngettext"}
FOLDER = "jps/templates"


def test_imported_templates_hold_no_translated_values() -> None:
    """Jinja evaluates what is imported once: its texts would stay in one reader's language."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    trees = {
        name.removeprefix(f"{FOLDER}/"): environment.parse(text)
        for name, text in texts(FOLDER, endings=(".html",))
    }
    imported = {name for tree in trees.values() for name in imports(tree)}
    frozen = [
        f"{name}:{node.lineno}"
        for name in imported
        for node in trees[name].body
        if isinstance(node, nodes.Assign | nodes.AssignBlock) and translates(node)
    ]
    assert imported
    assert not frozen, "\n".join(frozen)


def imports(tree: nodes.Template) -> set[str]:
    """Return the templates that `tree` imports without its context."""
    found: list[nodes.FromImport | nodes.Import] = [
        *tree.find_all(nodes.FromImport),
        *tree.find_all(nodes.Import),
    ]
    return {
        one.template.value
        for one in found
        if isinstance(one.template, nodes.Const) and not one.with_context
    }


def translates(node: nodes.Node) -> bool:
    """Return whether a text is translated in `node`."""
    calls = node.find_all(nodes.Call)
    return any(isinstance(c.node, nodes.Name) and c.node.name in TRANSLATES for c in calls)
