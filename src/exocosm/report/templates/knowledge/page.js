/* The page: what is asked, what is found, and the address that leads back to it. */
(() => {
  const el = Cards.el;
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent);
  const entries = Search.prepare(data);
  const byId = new Map(entries.map((entry) => [entry.statement.id, entry]));
  const AT_ONCE = 30;
  const filters = [...document.querySelectorAll("select[data-filter]")];
  const orders = {
    belief: (a, b) => b.statement.belief - a.statement.belief,
    doubt: (a, b) => a.statement.belief - b.statement.belief,
    id: () => 0,
  };
  let query = empty();
  let found = [];
  let drawn = 0;

  const cards = Cards.make(data, { onName: addName });
  const network = Network.make(at("graph"), data, {
    onName: addName,
    onEnds: (source, target) => change({ names: [...new Set([...query.names, source, target])] }),
    say: (text) => at("pointed").replaceChildren(...(text ? [el("span", {}, text)] : [])),
  });
  Network.legend(at("legend"));

  function empty() {
    return { words: "", names: [], filters: {}, corrected: false, only: null };
  }

  function addName(name) {
    change({ names: query.names.includes(name) ? query.names : [...query.names, name], only: null });
  }

  function change(part) {
    query = { ...query, only: null, ...part };
    remember();
    update();
  }

  /* The question stands in the address, so that it can be kept and sent: #?words=hypoxia&kind=axis */
  function remember() {
    const asked = new URLSearchParams();
    if (query.words) asked.set("words", query.words);
    for (const name of query.names) asked.append("name", name);
    for (const [filter, value] of Object.entries(query.filters)) if (value) asked.set(filter, value);
    if (query.corrected) asked.set("corrected", "yes");
    const text = asked.toString();
    try {
      history.replaceState(null, "", text ? `#?${text}` : "#");
    } catch { /* some browsers refuse this for files; the search works without it */ }
  }

  function recall() {
    const hash = decode(location.hash.slice(1));
    query = empty();
    if (byId.has(hash)) query.only = hash;
    else if (location.hash.startsWith("#?")) {
      const asked = new URLSearchParams(location.hash.slice(2));
      query.words = asked.get("words") || "";
      query.names = asked.getAll("name");
      query.corrected = asked.has("corrected");
      for (const select of filters) query.filters[select.dataset.filter] = asked.get(select.dataset.filter) || "";
    } else if (hash && hash !== "results") at("found").dataset.missing = hash;
    at("words").value = query.words;
    update();
    if (query.only) at("results").scrollIntoView({ block: "nearest" });
  }

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function update() {
    const result = Search.run(entries, query);
    found = query.only ? [byId.get(query.only)] : result.found.sort(orders[at("order").value]);
    showFilters(result.tally);
    showState();
    drawn = 0;
    at("cards").replaceChildren();
    showMore();
    later(showNetwork);
  }

  let timer = 0;
  function later(work) {
    clearTimeout(timer);
    timer = setTimeout(work, 120);
  }

  function showFilters(tally) {
    for (const select of filters) {
      const filter = select.dataset.filter;
      const counts = tally[filter] || {};
      const value = query.filters[filter] || "";
      const known = new Set([...Object.keys(counts), ...(value ? [value] : [])]);
      const options = [...known].sort(orderOf(filter)).map((word) =>
        el("option", { value: word, selected: word === value }, `${label(filter, word)} (${counts[word] || 0})`));
      select.replaceChildren(el("option", { value: "" }, "any"), ...options);
      select.value = value;
      select.classList.toggle("set", value !== "");
    }
    at("corrected").checked = query.corrected;
    const used = Object.values(query.filters).filter(Boolean).length + query.corrected;
    at("used").textContent = used ? `${used} in force` : "";
  }

  const label = (filter, word) => (filter === "document" ? data.documents[word]?.title : data.words[filter]?.[word]) || word;

  function orderOf(filter) {
    const read = Object.keys(data.words.seen);
    if (filter === "seen") return (a, b) => read.indexOf(a) - read.indexOf(b);
    return (a, b) => label(filter, a).localeCompare(label(filter, b), "en", { numeric: true, sensitivity: "base" });
  }

  function showState() {
    const missing = at("found").dataset.missing;
    delete at("found").dataset.missing;
    const all = entries.length.toLocaleString("en-GB");
    at("found").textContent = missing ? `No statement has the id ${missing}. All ${all} are shown.`
      : query.only ? "One statement, from its link."
      : found.length === entries.length ? `All ${all} statements`
      : `${found.length.toLocaleString("en-GB")} of ${all} statements`;
    at("chips").replaceChildren(...query.names.map((name) => el("li", {}, el("button", {
      type: "button", "aria-label": `Remove: about ${name}`, click: () => change({ names: query.names.filter((other) => other !== name) }),
    }, `about ${name} ×`))));
    const asked = query.words || query.names.length || query.corrected || query.only || Object.values(query.filters).some(Boolean);
    at("clear").hidden = !asked;
    at("clear").textContent = query.only ? "Show all statements" : "Clear all";
  }

  function showMore() {
    const next = found.slice(drawn, drawn + AT_ONCE);
    const first = drawn;
    at("cards").append(...next.map((entry) => cards.card(entry.statement, found.length <= 2)));
    drawn += next.length;
    if (!found.length) at("cards").append(el("p", { class: "nothing" }, "No statement matches all of this. Take a filter away, or use fewer words."));
    const left = found.length - drawn;
    at("more").hidden = left <= 0;
    at("more").textContent = `Show ${Math.min(left, AT_ONCE)} more (${left.toLocaleString("en-GB")} left)`;
    return at("cards").children[first];
  }

  function showNetwork() {
    if (at("network").hidden) return;
    const { shown, all } = network.show(found, new Set(query.names));
    const names = (number) => `${number.toLocaleString("en-GB")} name${number === 1 ? "" : "s"}`;
    const note = at("network-note");
    if (!shown) note.textContent = "These statements draw no arrows between two names.";
    else if (all <= Network.MOST) note.textContent = `${names(all)}. Larger ones are named more often here.`;
    else note.replaceChildren(el("strong", {}, `Too many to draw: these statements name ${names(all).replace(/ names?$/, " things")}.`),
      ` Shown are the ${shown} named most often; search or filter to see the rest.`);
  }

  function toggleNetwork(shown) {
    at("network").hidden = !shown;
    at("main").classList.toggle("with-network", shown);
    at("show-network").setAttribute("aria-expanded", String(shown));
    at("show-network").textContent = shown ? "Hide the network" : "Show the network";
    showNetwork();
  }

  at("search").addEventListener("submit", (event) => event.preventDefault());
  at("words").addEventListener("input", () => change({ words: at("words").value }));
  for (const select of filters) {
    select.addEventListener("change", () => change({ filters: { ...query.filters, [select.dataset.filter]: select.value } }));
  }
  at("corrected").addEventListener("change", () => change({ corrected: at("corrected").checked }));
  at("order").addEventListener("change", update);
  at("clear").addEventListener("click", () => { at("words").value = ""; change(empty()); at("words").focus(); });
  at("more").addEventListener("click", () => showMore()?.querySelector("button, a, summary")?.focus());
  at("show-network").addEventListener("click", () => toggleNetwork(at("network").hidden));
  at("zoom-in").addEventListener("click", () => network.zoom(1.4));
  at("zoom-out").addEventListener("click", () => network.zoom(1 / 1.4));
  at("zoom-fit").addEventListener("click", () => network.fit());
  window.addEventListener("hashchange", recall);
  window.addEventListener("resize", () => later(showNetwork));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      at("words").focus();
    }
  });

  if (window.matchMedia("(max-width: 40rem)").matches) at("filters").open = false;
  recall();
  toggleNetwork(window.matchMedia("(min-width: 70rem)").matches);
})();
