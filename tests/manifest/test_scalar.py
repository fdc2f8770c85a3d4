"""The YAML 1.2 core schema: what plain text means, and what PyYAML's own rules would make of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest import scalar
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import read

TEXTS = ["no", "yes", "on", "off", "y", "12:30", "190:20:30", "2024-01-01", "2024-01-01T10:00:00Z", "1_000", "0b1"]
TEXTS += ["0x", "0xg", "0o8", "1e", "+", "-", ".", "..", "tRUE", "nUll", "=", "<<x", "+1 555 867 5310", "1.2.3", "0 1"]


def value_of(raw: str) -> object:
    findings = Findings()
    (document,) = read(raw.encode(), "x.yaml", findings)
    assert not findings.failed
    return document.data


@pytest.mark.parametrize("text", TEXTS)
def test_what_yaml_1_1_would_corrupt_is_text(text):
    """Words, times, dates and odd numbers of YAML 1.1 are plain text in the core schema."""
    assert scalar.resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("NULL", None),
        ("true", True),
        ("FALSE", False),
        ("+15555550101", 15555550101),
        ("-0", 0),
        ("007", 7),
        ("0o17", 15),
        ("0xFf", 255),
        ("1.", 1.0),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
    ],
)
def test_numbers_and_constants_are_read(text, value):
    """Numbers, booleans and null are what the core schema says, of exactly that type."""
    assert (scalar.resolve(text), type(scalar.resolve(text))) == (value, type(value))


def test_digits_without_end_are_text():
    """Python cannot read such a number, and nobody means one."""
    assert scalar.resolve("1" * 5_000) == "1" * 5_000


@given(st.integers())
def test_every_integer_survives(number):
    """An integer as Python writes it is read as that integer."""
    assert scalar.resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives(number):
    """A float as Python writes it is read as that number."""
    assert scalar.resolve(repr(number)) == number


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\ufeff\ufffe\uffff")))
def test_quoted_text_is_always_text(text):
    """Whatever stands in double quotes is that text."""
    assert value_of(json.dumps(text, ensure_ascii=False)) == text


@given(st.text(st.sampled_from("0123456789+-.eExo:_abnultrsfy~"), min_size=1, max_size=8))
def test_a_scalar_is_text_or_a_number_of_that_text(text):
    """A plain scalar is either the text itself, or null, a boolean or a number that Python reads from it alike."""
    value = scalar.resolve(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        plain = text.lower().replace(".inf", "inf").replace(".nan", "nan")
        expected = int(text, 0) if text[:2] in {"0x", "0o"} else float(plain)
        assert value == expected or value != value  # noqa: PLR0124 - NaN alone is not itself
    elif isinstance(value, str):
        assert value == text
        assert scalar.is_text(text)
    else:
        assert text.lower() in {"true", "false", "null", "~"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text("abc \u00e9", max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
        max_leaves=20,
    ).filter(lambda value: value is not None)
)
def test_json_is_yaml(value):
    """Every JSON value reads as itself."""
    assert value_of(json.dumps(value)) == value


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail(raw):
    """Whatever bytes a file holds, reading gives documents or findings, never an exception."""
    findings = Findings()
    documents = read(raw, "x.yaml", findings)
    assert findings.failed or isinstance(documents, list)


@given(st.text("ab:-[]{}&*!|>'\"#?,%@`\n \t0.~<", max_size=60))
def test_no_punctuation_makes_the_reader_fail(text):
    """Whatever YAML-like text a file holds, reading gives documents or findings, never an exception."""
    findings = Findings()
    for document in read(text.encode(), "x.yaml", findings):
        json.dumps(document.data)
