"use strict";
/* Which statements match; knows nothing of the page, so that it can be tested apart from a browser. */
const Search = (() => {
  const fold = (text) => text.toLowerCase();

  /* Words of a query; "words in quotation marks" stay together. */
  function wordsOf(query) {
    const parts = fold(query).split('"');
    const apart = parts.filter((_, i) => i % 2 === 0).flatMap((part) => part.split(/\s+/));
    const together = parts.filter((_, i) => i % 2 === 1).map((part) => part.trim());
    return [...apart, ...together].filter(Boolean);
  }

  function* textsIn(value) {
    if (typeof value === "string") yield value;
    else if (value && typeof value === "object") {
      for (const part of Object.values(value)) yield* textsIn(part);
    }
  }

  /* Every name that a statement speaks of, in the order in which it stands there. */
  function namesIn(statement) {
    const changed = (statement.changes || []).flatMap(([name, , through]) => (through ? [through, name] : [name]));
    const one = [statement.agent, statement.cargo].filter(Boolean);
    return [
      ...new Set([
        ...one.slice(0, statement.agent ? 1 : 0), ...(statement.donors || []),
        ...one.slice(statement.agent ? 1 : 0), ...(statement.recipients || []), ...changed,
        ...(statement.cells || []),
      ]),
    ];
  }

  /* A name and everything broader: an M2 macrophage is a macrophage. */
  function withBroader(names, data, found = new Set()) {
    for (const name of names) {
      if (!found.has(name)) {
        found.add(name);
        withBroader(data.names[name]?.broader || [], data, found);
      }
    }
    return found;
  }

  function textOf(statement, names, data) {
    const others = names.flatMap((name) => data.names[name]?.synonyms || []);
    const sources = statement.evidence.flatMap((piece) => [
      data.references[piece.reference]?.citation || "", data.documents[piece.document]?.title || "",
    ]);
    const { edges, ...said } = statement;
    const words = data.words.kind[statement.kind] || "";
    return fold([...new Set([...textsIn(said), words, ...others, ...sources])].join("\n"));
  }

  function entryOf(statement, data) {
    const names = namesIn(statement);
    return {
      statement,
      names: new Set(names),
      text: textOf(statement, names, data),
      facets: {
        kind: new Set([statement.kind]),
        cancer: withBroader(statement.cancer ? [statement.cancer] : [], data),
        donor: withBroader(statement.donors || [], data),
        recipient: withBroader(statement.recipients || [], data),
        cargo_type: new Set(statement.cargo_type ? [statement.cargo_type] : []),
        document: new Set(statement.evidence.map((piece) => piece.document).filter(Boolean)),
        seen: new Set(statement.evidence.map((piece) => piece.seen)),
        system: new Set(statement.systems || []),
      },
    };
  }

  const prepare = (data) => data.statements.map((statement) => entryOf(statement, data));

  /* Look for `query`: {words, names, filters, corrected}. Returns the entries found and, for each filter, how
     many statements each of its values would leave if that filter alone were changed. */
  function run(entries, query) {
    const wanted = wordsOf(query.words || "");
    const named = query.names || [];
    const asked = Object.entries(query.filters || {}).filter(([, value]) => value);
    const found = [];
    const tally = {};
    for (const entry of entries) {
      if (query.corrected && !entry.statement.correction) continue;
      if (!named.every((name) => entry.names.has(name))) continue;
      if (!wanted.every((word) => entry.text.includes(word))) continue;
      const failed = asked.filter(([filter, value]) => !entry.facets[filter].has(value));
      if (failed.length === 0) found.push(entry);
      if (failed.length <= 1) count(tally, entry, failed[0]?.[0]);
    }
    return { found, tally };
  }

  function count(tally, entry, only) {
    for (const [filter, values] of Object.entries(entry.facets)) {
      if (only && filter !== only) continue;
      const counts = (tally[filter] ||= {});
      for (const value of values) counts[value] = (counts[value] || 0) + 1;
    }
  }

  return { wordsOf, namesIn, prepare, run };
})();
