"""``exocosm trace`` as a person types it."""

import json

from exocosm.cli.entry import main


def test_it_says_what_carries_the_effect_and_where_it_was_read(capsys):
    assert main(["trace", "miR-1246", "M2 polarisation", "--in", "macrophage", "--top", "3"]) == 0
    out = capsys.readouterr().out
    assert "TERF2IP down. M2 polarisation rises" in out
    assert "+100%\tTERF2IP -> RELA" in out and "Nature Cell Biology" in out
    assert "more; --top shows them." in out


def test_json_has_every_influence_with_its_statements(capsys):
    assert main(["trace", "miR-1246", "M2 polarisation", "--in", "macrophage", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["inputs"][0]["node"] == "TERF2IP" and record["effect"] > 0.05
    assert all(one["statements"] for one in record["carriers"])


def test_bad_words_end_in_a_line(capsys):
    assert main(["trace", "miR-21", "angiogenesis", "--in", "neutrophil"]) == 2
    assert "is known to reach" in capsys.readouterr().err
