from reconciler.state.schema import text


def test_the_published_schema_is_the_models(repository):
    """schemas/state.schema.json is what `python -m reconciler.state.schema` writes."""
    assert (repository / "schemas" / "state.schema.json").read_text(encoding="utf-8") == text()
