"""The BEL export, read by a small parser of the statement forms used (BEL 2.1)."""

import io
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Axis, Claim, Effect, Evidence, KnowledgeBase, Target, load, save_as
from exocosm.knowledge.export import bel
from exocosm.knowledge.export.edges import network, printable

STRING = r'"(?:[^"\\]|\\.)*"'
TOKEN = re.compile(rf"\s*({STRING}|->|-\||=>|=\||--|[A-Za-z0-9_]+|[(),:{{}}=])")
# Function → functions that may stand in it besides a namespace value (language reference 2.1.0).
FUNCTIONS = {
    **dict.fromkeys(("a", "p", "r", "m", "g", "pop"), {"loc"}),
    "bp": set(),
    "path": set(),
    "complex": {"a", "p", "r", "m", "g", "pop", "loc"},
    "tloc": {"a", "p", "r", "m", "g", "pop", "complex", "fromLoc", "toLoc"},
    **dict.fromkeys(("loc", "fromLoc", "toLoc"), set()),
}
RELATIONS = {"->", "-|", "=>", "=|", "--"}


class Parser:
    """Recursive descent over the tokens of one line; fails with an AssertionError."""

    def __init__(self, line):
        self.tokens, at = [], 0
        while at < len(line):
            match = TOKEN.match(line, at)
            assert match, line[at:]
            self.tokens.append(match[1])
            at = match.end()

    def next(self, wanted=None):
        token = self.tokens.pop(0)
        assert wanted is None or token == wanted, (token, wanted)
        return token

    def statement(self):
        subject = self.term()
        if not self.tokens:
            return subject, None, None
        relation = self.next()
        assert relation in RELATIONS
        found = subject, relation, self.term()
        assert not self.tokens
        return found

    def term(self):
        function = self.next()
        assert function in FUNCTIONS, function
        self.next("(")
        arguments = [self.argument(function)]
        while self.tokens[0] == ",":
            self.next()
            arguments.append(self.argument(function))
        self.next(")")
        return function, *arguments

    def argument(self, function):
        if self.tokens[1] == "(":
            term = self.term()
            assert term[0] in FUNCTIONS[function], (function, term)
            return term
        prefix = self.next()
        self.next(":")
        return prefix, unquoted(self.next())


def unquoted(token):
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def script(kb, *, quotes=True):
    stream = io.StringIO()
    bel.write(kb, stream, quotes=quotes)
    return stream.getvalue()


def groups(text):
    """Yield (settings, statements) of each group of a script; UNSET ALL ends one."""
    settings, statements = {}, []
    for line in text.splitlines():
        if not line or line.startswith(("#", "DEFINE", "SET DOCUMENT")):
            continue
        if line == "UNSET ALL":
            yield settings, statements
            settings, statements = {}, []
        elif line.startswith("SET "):
            name, value = re.fullmatch(r"SET (\w+) = (.+)", line).groups()
            assert name not in settings
            strings = re.findall(STRING, value)
            assert value in (strings[0], "{" + ", ".join(strings) + "}")
            settings[name] = [unquoted(string) for string in strings]
        else:
            statements.append(Parser(line).statement())
    assert not settings and not statements


def axis(**more):
    return Axis(
        id="an-axis",
        donor="donor",
        recipient="recipient",
        evidence=(Evidence(seen="memory", where="textbook"),),
        **more,
    )


def of(*statements):
    return KnowledgeBase(statements=statements)


@pytest.fixture(scope="module")
def text(shipped, tmp_path_factory):
    (path,) = save_as(shipped, "bel", tmp_path_factory.mktemp("bel") / "base.bel")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(text):
    return list(groups(text))


def test_every_piece_of_evidence_of_every_statement_with_edges_is_a_group(shipped, parsed):
    wanted = {edge.statement.id: len(edge.statement.evidence) for edge in network(shipped).edges}
    assert Counter(settings["Statement"][0] for settings, _ in parsed) == wanted
    assert all(settings["Citation"] and settings["SupportingText"] and lines for settings, lines in parsed)


def test_each_group_has_a_line_per_change_and_one_per_transfer(shipped, parsed):
    moves, changes = set(), Counter()
    for edge in network(shipped).edges:
        if edge.relation in ("sends", "taken up by"):
            moves.add(edge.statement.id)
        else:
            changes[edge.statement.id] += 1
    for settings, lines in parsed:
        name = settings["Statement"][0]
        assert len(lines) == changes[name] + (name in moves)


def test_signs_survive(shipped, parsed):
    said = {"->": "up", "=>": "up", "-|": "down", "=|": "down"}
    wanted = {}
    for edge in network(shipped).edges:
        if edge.is_asserted and edge.relation in ("up", "down"):
            wanted.setdefault(edge.statement.id, []).append(edge.relation)
    for settings, lines in parsed:
        signs = [
            said[relation] for subject, relation, _ in lines if relation in said and subject[0] != "tloc"
        ]
        assert signs == wanted.get(settings["Statement"][0], [])


def test_namespaces_and_annotations_used_are_defined(text, parsed):
    defined = set(re.findall(r"^DEFINE NAMESPACE (\w+) AS PATTERN \".+\"$", text, re.MULTILINE))
    assert set(re.findall(r"[(, ]([A-Z_]+):(?=\w|\")", no_settings(text))) == defined
    annotations = set(re.findall(r"^DEFINE ANNOTATION (\w+) AS", text, re.MULTILINE))
    used = {name for settings, _ in parsed for name in settings}
    assert used - {"Citation", "SupportingText"} <= annotations
    first = [line.split()[0] for line in text.splitlines() if line]
    assert first.index("DEFINE") == len([line for line in text.splitlines() if line.startswith("SET DOC")])


def no_settings(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith(("SET", "#", "DEFINE")))


def test_a_transfer_is_a_translocation_and_direct_targets_are_marked(kb):
    found = {settings["Statement"][0]: lines for settings, lines in groups(script(kb))}
    transfer, target, *_ = found["axis-151a-3p"]
    mirna, donor, recipient = (
        ("MIRBASE", "MIMAT0000757"),
        ("EXOCOSM", "glioblastoma cell"),
        ("CL", "0000235"),
    )
    assert transfer == (
        ("tloc", ("m", mirna), ("fromLoc", donor), ("toLoc", recipient)),
        "->",
        ("m", mirna, ("loc", recipient)),
    )
    assert target == (("m", mirna), "=|", ("p", ("HGNC", "12831")))
    sponge, behind = found["axis-sponge"][1:]
    assert sponge == (("r", ("EXOCOSM", "circ-A")), "=|", ("m", mirna))
    assert behind == (("m", mirna), "-|", ("p", ("HGNC", "11364")))


def test_binding_is_a_complex_and_what_has_no_sign_an_association(records, write):
    records["statements"][0]["targets"] = [
        {"name": "XRCC4", "effect": "binds"},
        {"name": "STAT3", "effect": "unclear"},
    ]
    kb = load(write(records), shipped=False)
    ((_, lines),) = [one for one in groups(script(kb)) if one[0]["Statement"] == ["axis-151a-3p"]]
    assert lines[1] == (("complex", ("m", ("MIRBASE", "MIMAT0000757")), ("p", ("HGNC", "12831"))), None, None)
    assert lines[2][1] == "--"


def test_cargo_is_the_kind_of_molecule_that_is_in_the_vesicle(records, write):
    records["statements"][0] |= {"cargo": "MRC1", "cargo_type": "mRNA"}
    kb = load(write(records), shipped=False)
    ((_, lines),) = [one for one in groups(script(kb)) if one[0]["Statement"] == ["axis-151a-3p"]]
    assert {subject[0] for subject, *_ in lines[1:]} == {"r"}


def test_an_open_question_asserts_nothing():
    claim = Claim(
        id="q",
        kind="open_question",
        claim="Is it so?",
        agent="A",
        cargo="C",
        donor="D",
        phenotypes=(Effect(name="growth", effect="up"),),
        evidence=(Evidence(seen="memory", where="textbook"),),
    )
    ((_, lines),) = groups(script(of(claim)))
    assert {relation for _, relation, _ in lines} == {"--"}


def test_papers_are_cited_by_pmid_doi_or_citation_and_quotes_can_be_left_out(records, write):
    records["references"][1] |= {"pmid": "123", "doi": "10.1000/2"}
    kb = load(write(records), shipped=False)
    found = {settings["Statement"][0]: settings for settings, _ in groups(script(kb))}
    assert found["axis-151a-5p"]["Citation"] == ["PubMed", "Roe J. Another title. 2021.", "123"]
    assert found["axis-151a-3p"]["Citation"][0] == "Other"
    quote = kb.statement("axis-151a-3p").evidence[0].quote
    assert found["axis-151a-3p"]["SupportingText"] == [quote]
    assert found["axis-151a-3p"]["QuoteLicence"] == ["CC BY 4.0"]
    assert quote not in script(kb, quotes=False)
    assert len(list(groups(script(kb, quotes=False)))) == len(list(groups(script(kb))))


@given(name=st.text(min_size=1).filter(printable), note=st.text(min_size=1).filter(printable))
def test_any_name_and_note_come_back(name, note):
    kb = of(axis(cargo=f"{name}.", note=note, targets=(Target(name="T", effect="up"),)))
    ((settings, lines),) = groups(script(kb))
    assert settings["Note"] == [printable(note)]
    assert lines[1][0] == ("a", ("EXOCOSM", printable(f"{name}.")))
