/* One statement as a card. Text from the records becomes text nodes only, never markup. */
const Cards = (() => {
  const SIGNS = {
    up: ["▲", "raised", "up-sign"],
    down: ["▼", "lowered", "down-sign"],
    binds: ["◆", "bound", "open-sign"],
    unclear: ["?", "changed, direction unclear", "open-sign"],
  };

  const VERBS = { up: "raises", down: "lowers", binds: "binds", unclear: "changes" };
  const LEVELS = { 1: "more ", "-1": "less " };

  /* Make an element; attributes that are null or false are left out, functions listen to clicks. */
  function el(tag, attributes, ...children) {
    const svg = ["svg", "rect", "path", "g", "text", "title", "defs", "marker"].includes(tag);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") made.addEventListener("click", value);
      else if (value != null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(3).filter((child) => child != null && child !== "" && child !== false));
    return made;
  }

  function make(data, { onName }) {
    const name = (text) =>
      el("button", { type: "button", class: "what", title: `Statements that name ${text}`, click: () => onName(text) }, text);
    const listed = (names) => names.flatMap((text, i) => (i ? [", ", name(text)] : [name(text)]));
    const outside = (text, url) => (url ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text) : text);
    const arrow = (text) => el("span", { class: "arrow" }, ` ${text} `);

    function belief(value) {
      const bar = el("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        el("rect", { class: "room", width: 100, height: 10 }),
        el("rect", { class: "filled", width: 100 * value, height: 10 }));
      return el("span", { class: "belief", title: "Belief, 0 to 1: what the evidence carries" }, "belief", bar, value.toFixed(2));
    }

    function top(s) {
      const where = [s.cancer, s.species, s.condition].filter(Boolean).join(", ");
      return el("div", { class: "top" }, el("span", { class: "kind" }, data.words.kind[s.kind] || s.kind),
        where && el("span", {}, where), belief(s.belief));
    }

    /* Who sends what to whom. */
    function flow(s) {
      if (!s.donors && !s.cargo && !s.recipients) return null;
      const parts = [];
      if (s.donors) parts.push(...listed(s.donors), arrow("→"));
      parts.push(LEVELS[s.level] || "", s.cargo ? name(s.cargo) : "vesicles");
      if (s.recipients) parts.push(arrow("→"), ...listed(s.recipients));
      return el("p", { class: "flow" }, parts);
    }

    /* What changes with more of what acts, each with its sign. */
    function changes(s) {
      const actor = s.kind === "axis" ? s.cargo : s.agent || s.cargo;
      if (!s.changes) return s.agent ? el("p", { class: "flow" }, el("span", { class: "arrow" }, "about "), name(s.agent)) : null;
      const cells = s.cells && el("p", { class: "note" }, "in ", listed(s.cells));
      if (isArrow(s)) return cells;
      const items = s.changes.map(([what, effect, through]) => {
        const [sign, word, look] = SIGNS[effect];
        return el("li", {}, name(what), " ", el("span", { class: look }, `${sign} ${word}`),
          through && el("span", { class: "through" }, " through ", name(through)));
      });
      const lead = el("span", { class: "arrow" }, "more ", actor ? name(actor) : "of them", ":");
      return [el("div", { class: "flow changes" }, lead, " ", el("ul", {}, items)), cells];
    }

    function correction(s) {
      if (!s.correction) return null;
      const rows = [["printed", "printed"], ["read as", "corrected"], ["because", "reason"], ["source", "source"]];
      return el("div", { class: "correction" }, el("dl", {}, rows.flatMap(([word, key]) =>
        [el("dt", {}, word), el("dd", {}, s.correction[key])])));
    }

    function against(s) {
      if (!s.against) return null;
      return el("p", { class: "against" }, "contradicted by ", s.against.flatMap((id, i) =>
        [i ? ", " : "", el("a", { href: `#${id}` }, id)]));
    }

    function piece(e) {
      const reference = data.references[e.reference];
      const book = data.documents[e.document];
      const level = e.level ? `; shown: ${e.level.join(", ")}` : "";
      const place = [e.place, e.printed && `no. ${e.printed}`].filter(Boolean).join(", ");
      return el("li", {},
        e.quote && el("blockquote", {}, `“${e.quote}” `, el("span", { class: "licence" }, `(${e.licence})`)),
        reference && el("p", {}, outside(reference.citation, reference.url)),
        book && el("p", { class: "read" }, reference ? "cited in: " : "in: ", outside(book.title, book.url), place && `; ${place}`),
        el("p", { class: "read" }, `read: ${data.words.seen[e.seen] || e.seen}${level}; `, outside(e.where, e.url)));
    }

    function evidence(s, open) {
      const best = Object.keys(data.words.seen).find((word) => s.evidence.some((e) => e.seen === word));
      const number = s.evidence.length;
      return folded(el("summary", {}, `Evidence (${number}) `, el("span", {}, `closest reading: ${data.words.seen[best] || best}`)),
        open, () => [
          el("ul", { class: "evidence" }, s.evidence.map(piece)),
          s.note && el("p", { class: "note" }, `Curator’s note: ${s.note}`),
        ]);
    }

    function names(s) {
      const all = Search.namesIn(s);
      const row = (text) => {
        const known = data.names[text] || {};
        const other = [
          known.synonyms && `also ${known.synonyms.join(", ")}`,
          known.broader && `a kind of ${known.broader.join(", ")}`,
          known.definition && `defined by ${known.definition}`,
        ].filter(Boolean).join("; ");
        return el("tr", {}, el("th", { scope: "row" }, name(text)), el("td", {}, known.type || ""),
          el("td", {}, known.id ? outside(known.id, known.url) : known.reason ? `no identifier: ${known.reason}` : ""),
          el("td", {}, other));
      };
      return folded(el("summary", {}, `Names and identifiers (${all.length})`), false, () =>
        el("div", { class: "tables" }, el("table", {}, el("tbody", {}, all.map(row)))));
    }

    /* What is folded is made when it is first opened. */
    function folded(summary, open, content) {
      const box = el("details", { open }, summary);
      const fill = () => box.append(...[content()].flat().filter(Boolean));
      if (open) fill();
      else box.addEventListener("toggle", fill, { once: true });
      return box;
    }

    function notes(s) {
      const texts = [
        s.topic && `about: ${s.topic}`,
        s.claim && s.relation && `how: ${s.relation}`,
        s.value,
        s.uptake && `taken up by ${s.uptake}`,
        s.silent && "The source does not say how the cargo does this.",
        s.printed_cargo && `cargo printed as: ${s.printed_cargo}`,
      ];
      return texts.filter(Boolean).map((text) => el("p", { class: "note" }, text));
    }

    function foot(s) {
      const systems = (s.systems || []).map((system) => data.words.system[system] || system);
      return el("p", { class: "foot" }, el("a", { href: `#${s.id}`, title: "Link to this statement" }, s.id),
        systems.length > 0 && ` · ${systems.join(" · ")}`);
    }

    function card(s, open) {
      return el("article", { class: "card", "data-id": s.id }, top(s), el("h3", {}, s.claim || headline(s, name)), flow(s), changes(s),
        notes(s), correction(s), against(s), evidence(s, open), names(s), foot(s));
    }

    return { card };
  }

  /* A statement without a sentence that says one thing: the heading says it all. */
  function isArrow(s) {
    return !s.claim && s.agent && s.changes?.length === 1 && !s.changes[0][2];
  }

  /* A heading for a statement to which the curator gave no sentence. */
  function headline(s, name) {
    const how = s.relation ? ` (${s.relation})` : "";
    if (s.kind === "sorting" && s.agent) return [name(s.agent), s.level < 0 ? " lowers " : " raises ", name(s.cargo), ` in vesicles${how}`];
    if (isArrow(s)) {
      const [what, effect] = s.changes[0];
      const [sign, , look] = SIGNS[effect];
      return [name(s.agent), " ", el("span", { class: look }, `${sign} ${VERBS[effect]}`), " ", name(what), el("span", { class: "how" }, how)];
    }
    const to = s.recipients ? ` to ${s.recipients.join(" and ")}` : "";
    return `${(s.donors || []).join(" and ")} sends ${LEVELS[s.level] || ""}${s.cargo || "vesicles"}${to}`;
  }

  return { el, make };
})();
