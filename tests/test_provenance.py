import hashlib
import json
import os
from datetime import datetime, timedelta

import numpy
import pytest

import exocosm
from exocosm import provenance


def test_record_is_json_and_names_versions_machine_command_and_time():
    record = json.loads(json.dumps(provenance.collect(seed=7, device="cpu")))
    assert record["versions"]["exocosm"] == exocosm.__version__
    assert record["versions"]["numpy"] == numpy.__version__
    assert record["seed"] == 7
    assert record["device"] == "cpu"
    assert record["platform"]["system"]
    assert record["command"]
    age = datetime.now().astimezone() - datetime.fromisoformat(record["started"])
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_record_does_not_name_the_machine_or_its_user():
    text = json.dumps(provenance.machine()).lower()
    for private in (os.environ.get("USER"), os.environ.get("HOSTNAME")):
        assert not private or len(private) < 5 or private.lower() not in text


def test_known_values_win_over_collected_ones():
    assert provenance.collect(started="then")["started"] == "then"


def test_a_missing_library_is_said_to_be_missing():
    assert provenance.versions(["no-such-library-anywhere"])["no-such-library-anywhere"] == "not installed"


def test_json_hash_is_the_hash_of_the_canonical_text():
    text = '{"a":"\u00b5m","b":[1,2.5,null]}'
    assert (
        provenance.sha256_of_json({"b": [1, 2.5, None], "a": "\u00b5m"})
        == hashlib.sha256(text.encode()).hexdigest()
    )


def test_json_hash_follows_content_but_not_the_order_of_keys():
    assert provenance.sha256_of_json({"a": 1, "b": [2, 3]}) == provenance.sha256_of_json(
        {"b": [2, 3], "a": 1}
    )
    assert provenance.sha256_of_json({"a": 1}) != provenance.sha256_of_json({"a": 2})
    with pytest.raises(ValueError, match="JSON"):
        provenance.sha256_of_json({"a": float("nan")})


def test_threads_are_counted():
    assert provenance.available_threads() >= 1
