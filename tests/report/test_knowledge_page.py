"""The page of the knowledge base: whole, safe, and finding what the knowledge base finds."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from exocosm import knowledge, report
from exocosm.identifiers import Identifier
from exocosm.knowledge import (
    Axis,
    Claim,
    Context,
    Correction,
    Document,
    Effect,
    Entity,
    Evidence,
    Influence,
    KnowledgeBase,
    Reference,
    Target,
)
from exocosm.report.knowledge_content import edges, page_content
from exocosm.report.knowledge_page import FILTERS, as_json
from exocosm.report.knowledge_words import KINDS, SEEN, group_of

ATTACK = """</script><script>document.title = "owned"</script><!--' onload="y" & {{ 7*7 }} \u2028"""
NODE = shutil.which("node")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAPER = Reference(id="doe-2020", citation="Doe J. Vesicles.", seen_in="list", doi="10.1000/abc")
READ = Evidence(seen="full_text", where="document text", document="review", reference="doe-2020")


@pytest.fixture(scope="module")
def shipped():
    return knowledge.load()


@pytest.fixture(scope="module")
def page(shipped):
    return report.knowledge_page(shipped)


def base_of(*statements, entities=()):
    return KnowledgeBase(
        statements=tuple(sorted(statements, key=lambda statement: statement.id)),
        entities=(*entities, Entity(name="miR-1", type="miRNA", reason="made up")),
        references=(PAPER,),
        documents=(Document(id="review", title="A review", licence="CC BY 4.0", year=2022),),
        version="test",
    )


def axis(identifier="a-b", **more):
    slots = {"donor": "tumour cell", "cargo": "miR-1", "recipient": "macrophage", "evidence": (READ,)}
    return Axis(id=identifier, **(slots | more))


def attacked():
    return base_of(
        axis(
            donor=ATTACK,
            claim=ATTACK,
            note=ATTACK,
            context=Context(cancer=ATTACK),
            correction=Correction(printed=ATTACK, corrected=ATTACK, reason=ATTACK, source=ATTACK),
            evidence=(Evidence(seen="full_text", where=ATTACK, quote=ATTACK, quote_licence=ATTACK),),
        ),
        entities=[Entity(name=ATTACK, type="cell_type", reason=ATTACK, synonyms=(ATTACK,))],
    )


class Parsed(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.links, self.events, self.ids, self.labelled, self.fields = [], [], [], [], [], []
        self._tag = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self._tag = tag
        self.events += [name for name in values if name.startswith("on")]
        self.links += [values[name] for name in ("href", "src", "srcset", "action") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag == "label" and "for" in values:
            self.labelled.append(values["for"])
        if tag in ("input", "select") and values.get("type") != "checkbox":
            self.fields.append(values["id"])
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._tag = ""

    def handle_data(self, data):
        if self._tag == "script":
            self.scripts[-1] += data


def data_of(text):
    return json.loads(Parsed(text).scripts[0])


def policy_of(text):
    return html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1])


# The file


def test_the_page_holds_every_statement_and_says_how_many(page, shipped):
    assert [s["id"] for s in data_of(page)["statements"]] == [s.id for s in shipped]
    assert f"<strong>{len(shipped):,}</strong> statements" in page
    assert f"Exocosm {shipped.version}" in page
    assert shipped.sha256[:12] in page


def test_nothing_is_fetched_and_only_the_pages_own_script_may_run(page):
    parsed, policy = Parsed(page), policy_of(page)
    assert parsed.links == ["#results"]
    assert not parsed.events
    assert len(parsed.scripts) == 2
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    for part in (parsed.scripts[1], style):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "url(" not in re.sub(r"url\(#[\w$-]", "", style + parsed.scripts[1])


def test_the_script_never_makes_markup_from_text(page):
    script = Parsed(page).scripts[1]
    words = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "fetch(")
    assert not [word for word in words if word in script]


def test_every_field_has_a_label_and_ids_are_unique(page):
    parsed = Parsed(page)
    assert set(parsed.fields) <= set(parsed.labelled)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert '<html lang="en-GB">' in page
    assert "prefers-color-scheme: dark" in page


def test_text_from_records_cannot_leave_its_place():
    text = report.knowledge_page(attacked(), title=ATTACK)
    parsed = Parsed(text)
    assert len(parsed.scripts) == 2
    assert not parsed.events
    assert text.count("</script>") == 2
    assert "49" not in re.search(r"<h1>(.*?)</h1>", text)[1]
    statement = data_of(text)["statements"][0]
    assert statement["claim"] == statement["note"] == statement["donors"][0] == ATTACK
    assert set(statement["correction"].values()) == {ATTACK}
    assert data_of(text)["names"][ATTACK]["synonyms"] == [ATTACK]


def test_json_survives_its_escapes():
    value = {"a": ['<!--</script>&"\\ \u2028\u2029', 0.25, None, True, "NF-κB"]}
    written = as_json(value)
    assert json.loads(written) == value
    assert not set(written) & set("<>&\u2028\u2029")


def test_the_same_base_gives_the_same_page(page, shipped):
    assert report.knowledge_page(shipped) == page


def test_three_thousand_statements_stay_below_six_megabytes(shipped):
    copies = -(-3000 // len(shipped))
    many = [dataclasses.replace(s, id=f"{s.id}-{i}") for i in range(copies) for s in shipped][:3000]
    text = report.knowledge_page(dataclasses.replace(shipped, statements=tuple(many)))
    assert len(data_of(text)["statements"]) == 3000
    assert len(text.encode()) < 6_000_000
    assert len(report.knowledge_page(shipped).encode()) < 2_000 * max(3000, len(shipped))


def test_an_empty_base_gives_a_page():
    assert data_of(report.knowledge_page(KnowledgeBase()))["statements"] == []


# What stands in it


def test_identifiers_lead_to_their_databases(shipped):
    names = page_content(shipped)["names"]
    for entity in shipped.entities:
        shown = names[entity.name]
        assert shown.get("url") == (Identifier.parse(entity.id).url() if entity.id else None)
        assert ("reason" in shown) == (entity.id is None)
    for phenotype in shipped.phenotypes:
        shown = names[phenotype.name]
        assert shown["definition"].count(",") == len(phenotype.definition) - 1
        assert shown.get("id", "") == shipped.identifier_of(phenotype.name)


def test_papers_are_linked_by_doi_and_nothing_else_is_an_address():
    content = page_content(base_of(axis()))
    assert content["references"]["doe-2020"]["url"] == "https://doi.org/10.1000/abc"
    evil = Evidence(seen="full_text", where="javascript:alert(1)")
    assert "url" not in page_content(base_of(axis(evidence=(evil,))))["statements"][0]["evidence"][0]


def test_what_is_empty_is_left_out_but_no_zero(shipped):
    for statement in page_content(shipped)["statements"]:
        assert "belief" in statement
        assert None not in statement.values()
        assert [] not in statement.values()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            axis(targets=(Target(name="A", effect="down"), Target(name="B", effect="up", through="A"))),
            [("tumour cell", "miR-1", 0), ("miR-1", "macrophage", 0), ("miR-1", "A", -1), ("A", "B", -1)],
        ),
        (
            axis(cargo=None, phenotypes=(Effect(name="growth", effect="up"),), mechanism="not stated"),
            [("tumour cell", "macrophage", 0), ("tumour cell", "growth", 1)],
        ),
        (
            axis(targets=(Target(name="A", effect="binds"),)),
            [("tumour cell", "miR-1", 0), ("miR-1", "macrophage", 0), ("miR-1", "A", 0)],
        ),
        (
            Influence(id="i", kind="sorting", source="P", target="miR-1", effect="down", evidence=(READ,)),
            [("P", "miR-1", -1)],
        ),
        (
            Claim(id="c", kind="therapy", claim="It helps.", agent="drug", cargo="miR-1", evidence=(READ,),
                  phenotypes=(Effect(name="growth", effect="down"),)),
            [("drug", "miR-1", 0), ("drug", "growth", -1)],
        ),
        (Claim(id="c", kind="size", claim="They are small.", evidence=(READ,)), []),
    ],
)  # fmt: skip
def test_arrows_of_a_statement(statement, expected):
    assert list(edges(statement)) == expected


def test_chains_are_signed_as_paths_are(shipped):
    """An arrow out of an intermediate has the sign that the search for paths gives it."""
    drawn = {edge for a in shipped.axes for edge in edges(a)}
    for a in shipped.axes:
        effect = {t.name: t.effect for t in a.targets}
        for t in a.targets:
            if t.through and {effect[t.name], effect[t.through]} <= {"up", "down"}:
                assert (t.through, t.name, 1 if effect[t.name] == effect[t.through] else -1) in drawn


def test_words_cover_the_vocabularies():
    from exocosm.knowledge.record import vocabularies

    assert set(SEEN) == set(vocabularies(Evidence)["seen"])
    assert set(KINDS) < {"axis", *vocabularies(Claim)["kind"], *vocabularies(Influence)["kind"]}
    assert {group_of(kind) for kind in vocabularies(Entity)["type"]} == {
        "cell", "rna", "molecule", "substance", "behaviour", "other",
    }  # fmt: skip


# Search, in the page's own script


def script(name):
    return files("exocosm.report").joinpath("templates", "knowledge", name).read_text(encoding="utf-8")


def searched(kb, queries):
    """Return for each query the ids found and the tally, as the script finds them."""
    code = (
        script("search.js")
        + """
    const { data, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const entries = Search.prepare(data);
    const answers = queries.map((query) => {
      const { found, tally } = Search.run(entries, query);
      return { ids: found.map((entry) => entry.statement.id), tally };
    });
    process.stdout.write(JSON.stringify(answers));
    """
    )
    given = json.dumps({"data": page_content(kb), "queries": queries})
    done = subprocess.run([NODE, "-e", code], input=given, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_node = pytest.mark.skipif(NODE is None, reason="needs node")


def other_name(kb):
    """Return a synonym of something that a statement speaks of and that stands in no statement itself."""
    named = {name for statement in kb for _, name in statement.names()}
    said = json.dumps(kb.to_records()["statements"]).casefold()
    synonyms = (other for entity in kb.entities if entity.name in named for other in entity.synonyms)
    return next(other for other in synonyms if other.casefold() not in said and other.isascii())


@needs_node
def test_words_find_what_the_knowledge_base_finds(shipped):
    texts = ["hypoxia", "MACROPHAGE stat3", '"tumour cell" invasion', "miR-1246", "nothing-at-all"]
    texts.append(other_name(shipped))
    for text, answer in zip(texts, searched(shipped, [{"words": text} for text in texts]), strict=True):
        expected = {statement.id for statement in shipped.find(text=text)}
        # The page also looks into the titles of papers.
        assert expected <= set(answer["ids"]), text
        assert answer["ids"] or text == "nothing-at-all"


@needs_node
@pytest.mark.parametrize(
    ("option", "value"),
    [("kind", "axis"), ("donor", "glioblastoma cell"), ("recipient", "macrophage"), ("cancer", "glioma"),
     ("document", "glioma-sev-2022"), ("seen", "abstract"), ("system", "S8")],
)  # fmt: skip
def test_filters_find_what_the_knowledge_base_finds(shipped, option, value):
    [answer, everything] = searched(shipped, [{"filters": {option: value}}, {}])
    expected = [statement.id for statement in shipped.find(**{option: value})]
    assert 0 < len(expected) < len(shipped)
    assert answer["ids"] == expected
    # Behind each choice stands what it leaves; the filter in force does not count against itself.
    assert everything["tally"][option][value] == answer["tally"][option][value] == len(expected)


@needs_node
def test_words_filters_names_and_corrections_are_joined_by_and(shipped):
    queries = [
        {"words": "hypoxia"},
        {"filters": {"kind": "axis"}},
        {"names": ["macrophage"]},
        {"corrected": True},
        {"words": "hypoxia", "filters": {"kind": "axis"}, "names": ["macrophage"], "corrected": True},
    ]
    *apart, joined = (set(answer["ids"]) for answer in searched(shipped, queries))
    assert joined == set.intersection(*apart)
    assert joined
    assert apart[2] == {s.id for s in shipped if "macrophage" in {name for _, name in s.names()}}
    assert apart[3] == {s.id for s in shipped if s.correction}


@needs_node
def test_names_of_the_script_are_those_of_the_statements(shipped):
    """Each name that a statement speaks of is offered on its card."""
    code = (
        script("search.js")
        + """
    const data = JSON.parse(require("fs").readFileSync(0, "utf8"));
    process.stdout.write(JSON.stringify(data.statements.map(Search.namesIn)));
    """
    )
    given = json.dumps(page_content(shipped))
    done = subprocess.run([NODE, "-e", code], input=given, capture_output=True, encoding="utf-8", timeout=120)
    for statement, names in zip(shipped, json.loads(done.stdout), strict=True):
        assert set(names) == {name for _, name in statement.names()}, statement.id
        assert len(names) == len(set(names))


# In a browser


def opened(folder, text, address=""):
    """Return the page as a browser has it once its script ran."""
    file = folder / "base.html"
    file.write_text(text, encoding="utf-8")
    words = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *(f"--user-data-dir={folder / 'profile'}", "--window-size=1400,900"),
        *("--virtual-time-budget=4000", "--dump-dom", file.as_uri() + address),
    ]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=180, check=True)
    return done.stdout


needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")


@needs_browser
def test_a_link_leads_to_its_statement(tmp_path, page, shipped):
    statement = next(s for s in shipped.axes if s.correction is not None)
    dom = opened(tmp_path, page, f"#{statement.id}")
    assert re.findall(r'data-id="([^"]+)"', dom) == [statement.id]
    assert "One statement, from its link." in dom
    assert html.escape(statement.correction.reason, quote=False) in dom
    assert 'class="node ' in dom


@needs_browser
def test_a_question_in_the_address_is_asked(tmp_path, page, shipped):
    dom = opened(tmp_path, page, "#?kind=axis&recipient=macrophage")
    found = shipped.find(kind="axis", recipient="macrophage")
    assert f"{len(found)} of {len(shipped):,} statements" in dom
    assert set(re.findall(r'data-id="([^"]+)"', dom)) <= {statement.id for statement in found}


@needs_browser
def test_an_attack_stays_text_in_the_browser(tmp_path):
    dom = opened(tmp_path, report.knowledge_page(attacked()))
    assert re.search(r"<title>(.*?)</title>", dom)[1] == "What is known of vesicles in tumours"
    assert html.escape(ATTACK, quote=False) in dom
    assert dom.count("<script") == 2


def test_filters_of_the_page_are_facets_of_the_search():
    facets = re.search(r"facets: \{(.*?)\n      \},", script("search.js"), re.DOTALL)[1]
    assert set(re.findall(r"^ +(\w+): ", facets, re.MULTILINE)) == set(FILTERS)
