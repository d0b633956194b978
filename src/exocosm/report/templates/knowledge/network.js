/* The network of the statements shown: laid out once, drawn as SVG, moved and zoomed by hand. */
const Network = (() => {
  const el = Cards.el;
  const GROUPS = ["cell", "rna", "molecule", "substance", "behaviour", "other"];
  const LEGEND = {
    cell: "cell or tissue", rna: "RNA", molecule: "gene or protein", substance: "drug, lipid, metabolite",
    behaviour: "behaviour or process", other: "other",
  };
  const LOOKS = { 1: "up", "-1": "down", 0: "none" };
  const MOST = 80; // names; more cannot be read
  const PASSES = 400;

  /* A shape around the origin for each group, so that colour is not needed to tell them apart. */
  function outline(group, r) {
    const q = r * 0.9;
    switch (group) {
      case "cell": return `M${-q},${-q}H${q}V${q}H${-q}Z`;
      case "behaviour": return `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z`;
      case "substance": return `M0,${-1.3 * r}L${1.2 * r},${r}L${-1.2 * r},${r}Z`;
      case "other": return `M${-r},${-0.6 * r}H${r}V${0.6 * r}H${-r}Z`;
      default: return `M${-r},0A${r},${r},0,1,1,${r},0A${r},${r},0,1,1,${-r},0Z`;
    }
  }

  /* Names and arrows of the statements, the most frequent names if there are too many. */
  function graphOf(entries, data, chosen) {
    const arrows = new Map();
    const said = new Map();
    for (const { statement } of entries) {
      for (const [source, target, sign] of statement.edges || []) {
        if (source === target) continue;
        const key = `${source}\n${target}\n${sign}`;
        if (!arrows.has(key)) arrows.set(key, { source, target, sign, count: 0 });
        arrows.get(key).count += 1;
        for (const name of [source, target]) said.set(name, (said.get(name) || 0) + 1);
      }
    }
    const ranked = [...said].sort((a, b) => chosen.has(b[0]) - chosen.has(a[0]) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const kept = new Map(ranked.slice(0, MOST));
    const edges = [...arrows.values()].filter((arrow) => kept.has(arrow.source) && kept.has(arrow.target));
    const joined = new Set(edges.flatMap((arrow) => [arrow.source, arrow.target]));
    const nodes = [...kept].filter(([name]) => joined.has(name)).map(([name, count]) => ({
      name, count, group: data.names[name]?.group || "behaviour", r: 4 + Math.min(7, 1.2 * Math.sqrt(count)),
    }));
    return { nodes, edges, all: said.size };
  }

  /* Fruchterman and Reingold 1991, with a pull to the centre; the same graph always looks the same. Springs
     of names with many arrows are weak, or everything would hang on a few cells and behaviours. */
  function layOut(nodes, edges, wide) {
    const k = 80;
    const index = new Map(nodes.map((node, i) => [node.name, i]));
    const degree = nodes.map(() => 0);
    const links = edges.map((edge) => [index.get(edge.source), index.get(edge.target)]);
    for (const [i, j] of links) { degree[i] += 1; degree[j] += 1; }
    nodes.forEach((node, i) => {
      const angle = i * 2.39996; // the golden angle spreads the start evenly
      node.x = k * Math.sqrt(i) * Math.cos(angle) * wide;
      node.y = k * Math.sqrt(i) * Math.sin(angle);
    });
    for (let pass = 0; pass < PASSES; pass++) {
      for (const node of nodes) { node.dx = -0.1 * node.x / wide; node.dy = -0.1 * node.y * wide; }
      repel(nodes, k);
      for (const [i, j] of links) pull(nodes[i], nodes[j], k / (0.2 + 0.8 / Math.min(degree[i], degree[j])));
      const most = 0.9 * k * (1 - pass / PASSES) + 0.5;
      for (const node of nodes) {
        const length = Math.hypot(node.dx, node.dy) || 1;
        const step = Math.min(length, most) / length;
        node.x += node.dx * step;
        node.y += node.dy * step;
      }
    }
  }

  function repel(nodes, k) {
    for (let i = 0; i < nodes.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [nodes[i], nodes[j]];
        const x = a.x - b.x || 0.01;
        const y = a.y - b.y || 0.01;
        const push = Math.min((k * k) / (x * x + y * y), 4);
        a.dx += x * push; a.dy += y * push;
        b.dx -= x * push; b.dy -= y * push;
      }
    }
  }

  function pull(a, b, k) {
    const x = a.x - b.x;
    const y = a.y - b.y;
    const force = Math.hypot(x, y) / k * 0.5;
    a.dx -= x * force; a.dy -= y * force;
    b.dx += x * force; b.dy += y * force;
  }

  function tips() {
    const tip = (look, d, more) => el("marker", { id: `tip-${look}`, class: `tip ${look}`, viewBox: "0 0 10 10", refX: 9, refY: 5,
      markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, el("path", { d, ...more }));
    return el("defs", {}, tip("up", "M0,0L10,5L0,10Z"), tip("none", "M2,2L9,5L2,8", { fill: "none", "stroke-width": 1.5 }),
      tip("down", "M9,0V10", { "stroke-width": 3 }));
  }

  function legend(list) {
    const sample = (...parts) => el("svg", { viewBox: "-14 -8 28 16", "aria-hidden": "true" }, parts);
    const line = (look, dash) => sample(el("path", { class: `edge ${look}`, d: "M-13,0H12", "stroke-width": 2, "stroke-dasharray": dash,
      "marker-end": `url(#tip-${look})` }));
    list.replaceChildren(
      ...GROUPS.map((group) => el("li", {}, sample(el("path", { class: `node ${group}`, d: outline(group, 6) })), LEGEND[group])),
      el("li", {}, line("up"), "raises"), el("li", {}, line("down"), "lowers"), el("li", {}, line("none"), "sends, reaches, or acts without a stated sign"));
  }

  function make(svg, data, { onName, onEnds, say }) {
    let nodes = [];
    let edges = [];
    let view = { x: 0, y: 0, scale: 1 };
    let at = null; // the node that keys or pointer are on
    const size = () => ({ width: svg.clientWidth || 600, height: svg.clientHeight || 400 });
    const layers = { defs: tips(), edges: el("g"), nodes: el("g"), names: el("g") };
    svg.append(...Object.values(layers));

    function show(entries, chosen) {
      const graph = graphOf(entries, data, chosen);
      const { width, height } = size();
      ({ nodes, edges } = graph);
      layOut(nodes, edges, Math.sqrt(width / height));
      const by = new Map(nodes.map((node) => [node.name, node]));
      const drawn = new Set(edges.map((edge) => `${edge.source}\n${edge.target}`));
      for (const edge of edges) {
        edge.from = by.get(edge.source);
        edge.to = by.get(edge.target);
        edge.bent = drawn.has(`${edge.target}\n${edge.source}`) || edges.some((other) => other !== edge
          && other.source === edge.source && other.target === edge.target);
      }
      draw(chosen);
      fit();
      return { shown: nodes.length, all: graph.all };
    }

    function draw(chosen) {
      at = null;
      layers.edges.replaceChildren(...edges.flatMap((edge) => {
        const look = LOOKS[edge.sign];
        edge.line = el("path", { class: `edge ${look}`, "stroke-width": 1 + Math.log2(edge.count + 1) * 0.5, "marker-end": `url(#tip-${look})` });
        edge.grip = el("path", { class: "grip" });
        edge.grip.addEventListener("click", () => !moved && onEnds(edge.source, edge.target));
        edge.grip.addEventListener("pointerenter", () => point(null, edge));
        edge.grip.addEventListener("pointerleave", () => point(null));
        return [edge.line, edge.grip];
      }));
      layers.nodes.replaceChildren(...nodes.map((node) => {
        node.shape = el("path", { class: `node ${node.group}${chosen.has(node.name) ? " chosen" : ""}`, d: outline(node.group, node.r) });
        node.shape.addEventListener("pointerdown", (event) => hold(event, node));
        node.shape.addEventListener("pointerenter", () => point(node));
        node.shape.addEventListener("pointerleave", () => point(null));
        return node.shape;
      }));
      layers.names.replaceChildren(...nodes.map((node) => {
        node.text = node.name.length > 34 ? `${node.name.slice(0, 32)}…` : node.name;
        node.label = el("text", { class: "name" }, node.text);
        return node.label;
      }));
    }

    const place = (node) => [node.x * view.scale + view.x, node.y * view.scale + view.y];

    function render() {
      for (const edge of edges) {
        const d = bow(edge);
        edge.line.setAttribute("d", d);
        edge.grip.setAttribute("d", d);
      }
      for (const node of nodes) {
        const [x, y] = place(node);
        node.shape.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
      }
      thinLabels();
    }

    /* A line from rim to rim, bent where another runs between the same two. */
    function bow(edge) {
      const [x0, y0] = place(edge.from);
      const [x1, y1] = place(edge.to);
      const length = Math.hypot(x1 - x0, y1 - y0) || 1;
      const bend = edge.bent ? (edge.sign < 0 ? 0.24 : 0.12) : 0;
      const mx = (x0 + x1) / 2 + (y1 - y0) * bend;
      const my = (y0 + y1) / 2 - (x1 - x0) * bend;
      const [sx, sy] = rim(x0, y0, mx, my, edge.from.r + 1, length);
      const [ex, ey] = rim(x1, y1, mx, my, edge.to.r * 1.15 + 4, length);
      return `M${sx.toFixed(1)},${sy.toFixed(1)}Q${mx.toFixed(1)},${my.toFixed(1)},${ex.toFixed(1)},${ey.toFixed(1)}`;
    }

    function rim(x, y, tx, ty, r, length) {
      const far = Math.hypot(tx - x, ty - y) || 1;
      const step = Math.min(r, length / 3) / far;
      return [x + (tx - x) * step, y + (ty - y) * step];
    }

    /* Names stand where they lie on nothing else, on the side with the fewest arrows; else they wait for room.
       The frequent ones go first. */
    function thinLabels() {
      const { width } = size();
      countSides();
      const taken = nodes.map((node) => {
        const [x, y] = place(node);
        return [x - node.r, y - node.r, x + node.r, y + node.r];
      });
      const first = (node) => (node === at ? 2 : node.shape.classList.contains("chosen") ? 1 : 0);
      for (const node of [...nodes].sort((a, b) => first(b) - first(a) || b.count - a.count)) {
        const boxes = labelBoxes(node);
        const inside = boxes.filter((box) => box[0] > 2 && box[2] < width - 2);
        const free = inside.find((box) => !taken.some((other) => meet(box, other))) || (first(node) ? inside[0] || boxes[0] : null);
        node.label.style.display = free ? "" : "none";
        if (!free) continue;
        taken.push(free);
        node.label.setAttribute("x", free[0].toFixed(1));
        node.label.setAttribute("y", (free[3] - 4).toFixed(1));
      }
    }

    function labelBoxes(node) {
      const [x, y] = place(node);
      const wide = node.text.length * 6.7;
      const far = node.r * 1.2 + 3;
      const corners = [[x + far, y - 8], [x - wide / 2, y + far], [x - far - wide, y - 8], [x - wide / 2, y - far - 16]];
      return [0, 1, 2, 3].sort((a, b) => node.busy[a] - node.busy[b]).map((side) => corners[side])
        .map(([left, head]) => [left, head, left + wide, head + 16]);
    }

    /* Count the arrows on each side of each name: right, below, left, above. */
    function countSides() {
      for (const node of nodes) node.busy = [0, 0, 0, 0];
      for (const { from, to } of edges) {
        const side = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / (Math.PI / 2) + 4) % 4;
        from.busy[side] += 1;
        to.busy[(side + 2) % 4] += 1;
      }
    }

    const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

    /* Bring out one name with its neighbours, or one arrow; the rest steps back. */
    function point(node, edge) {
      at = node;
      const near = new Set(node ? [node] : edge ? [edge.from, edge.to] : []);
      for (const other of edges) {
        const lit = edge ? other === edge : !node || other.from === node || other.to === node;
        if (node && lit) { near.add(other.from); near.add(other.to); }
        other.line.classList.toggle("dim", !lit);
      }
      for (const other of nodes) {
        const dim = near.size > 0 && !near.has(other);
        other.shape.classList.toggle("dim", dim);
        other.label.classList.toggle("dim", dim);
      }
      thinLabels();
      say(node ? about(node) : edge ? `${edge.source} ${{ 1: "raises", "-1": "lowers", 0: "→" }[edge.sign]} ${edge.target}: ${plural(edge.count, "statement")}` : "");
    }

    const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

    function about(node) {
      const arrows = edges.filter((edge) => edge.from === node || edge.to === node).length;
      return `${node.name}: ${data.names[node.name]?.type || "behaviour"}, ${plural(arrows, "arrow")} here`;
    }

    function fit() {
      const { width, height } = size();
      if (!nodes.length) return;
      const x = nodes.map((node) => node.x);
      const y = nodes.map((node) => node.y);
      const [left, right, head, foot] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
      // Room for names at the sides; few names are not blown up.
      const scale = Math.min((width - 170) / (right - left || 1), (height - 80) / (foot - head || 1), 1.8);
      view = { scale: Math.max(scale, 0.05), x: 0, y: 0 };
      view.x = (width - 30) / 2 - ((left + right) / 2) * view.scale;
      view.y = height / 2 - ((head + foot) / 2) * view.scale;
      render();
    }

    function zoom(factor, x = size().width / 2, y = size().height / 2) {
      const scale = Math.min(8, Math.max(0.05, view.scale * factor));
      const ratio = scale / view.scale;
      view = { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
      render();
    }

    /* Pointer: one moves a node or the whole, two zoom. */
    const pointers = new Map();
    let held = null;
    let moved = false;
    const spot = (event) => { const box = svg.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

    function hold(event, node) { held = node; }

    svg.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, spot(event));
      if (pointers.size === 1) moved = false;
    });
    svg.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = spot(event);
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      if (!moved && Math.hypot(dx, dy) < 4 && pointers.size === 1) return;
      if (!moved) { moved = true; svg.setPointerCapture(event.pointerId); svg.classList.add("held"); }
      if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
        const ratio = Math.hypot(now[0] - other[0], now[1] - other[1]) / (Math.hypot(before[0] - other[0], before[1] - other[1]) || 1);
        pointers.set(event.pointerId, now);
        zoom(ratio, other[0], other[1]);
        return;
      }
      pointers.set(event.pointerId, now);
      if (held) { held.x += dx / view.scale; held.y += dy / view.scale; } else { view.x += dx; view.y += dy; }
      render();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, (event) => {
        pointers.delete(event.pointerId);
        if (end === "pointerup" && held && !moved) onName(held.name);
        held = null;
        svg.classList.remove("held");
      });
    }
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...spot(event));
    }, { passive: false });

    /* Keys: from name to name, choose, zoom. */
    const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    svg.addEventListener("keydown", (event) => {
      const way = WAYS[event.key];
      if (way) walk(way);
      else if (event.key === "Enter" && at) onName(at.name);
      else if (event.key === "+" || event.key === "=") zoom(1.3);
      else if (event.key === "-") zoom(1 / 1.3);
      else if (event.key === "0") fit();
      else if (event.key === "Escape") point(null);
      else return;
      event.preventDefault();
    });

    function walk([wx, wy]) {
      if (!at) return nodes.length && point(nodes[0]);
      let best = null;
      let least = Infinity;
      for (const node of nodes) {
        const along = (node.x - at.x) * wx + (node.y - at.y) * wy;
        const across = Math.abs((node.x - at.x) * wy) + Math.abs((node.y - at.y) * wx);
        if (node !== at && along > 0 && along + 2 * across < least) { best = node; least = along + 2 * across; }
      }
      if (best) point(best);
    }

    return { show, fit, zoom };
  }

  return { graphOf, layOut, legend, make, MOST };
})();
