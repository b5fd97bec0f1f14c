// The figures. Colours are CSS variables, so that a switch of the theme draws nothing anew.

const SERIES = Array.from({ length: 8 }, (_, at) => `var(--series-${at + 1})`);
const ROW = 46; // pixels of a row with its label above

// A figure with its drawing, redrawn when its width changes, and the same as a table.
function figure({ title, hint, told, columns, rows, draw, legend }) {
  const drawing = el("div", { class: "drawing", role: "img", "aria-label": told });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (!width || width === drawn) return;
    drawn = width;
    const svg = draw(width);
    svg.setAttribute("aria-hidden", "true"); // its parts say less than the label and the table
    drawing.replaceChildren(svg);
  }).observe(drawing);
  return el(
    "figure",
    null,
    el("figcaption", null, el("h3", null, title), hint && el("p", { class: "hint" }, hint)),
    legend,
    drawing,
    folded("As a table", el("div", { class: "scroll" }, table(columns, rows))),
  );
}

// What all drawings share: text above rows rather than beside them, so that names of any length fit.
function plot(width, options) {
  return Plot.plot({
    className: "plot", // the page's policy knows the style of this name
    width,
    marginLeft: 8,
    marginRight: 20,
    style: { fontSize: "12px", fontFamily: "inherit", background: "none", overflow: "visible" },
    ...options,
  });
}

const share = { domain: [0, 1], tickFormat: "%", label: null, ticks: 5 };

const rowLabels = (data, text = (each) => visible(each.label)) =>
  Plot.text(data, { y: "label", x: 0, text, textAnchor: "start", dy: -15, fill: "var(--ink)" });

function passRates(experiments) {
  const decided = experiments.filter((each) => each.rate != null);
  return figure({
    title: "Pass rate",
    hint: "With its 95% interval (Wilson); the shaded stretch is the target band." + (experiments.some((each) => each.auto)
      ? " Where runs went on until it was decided, the interval is one that holds at any time." : ""),
    told: decided.map((each) => `${each.label}: ${rate(each)}`).join("; ") || "Nothing was decided",
    columns: [
      { name: "Experiment", cell: (each) => each.label },
      { name: "Rate", numeric: true, cell: (each) => percent(each.rate) },
      { name: "From", numeric: true, cell: (each) => percent(each.low) },
      { name: "To", numeric: true, cell: (each) => percent(each.high) },
      { name: "Target", numeric: true, cell: (each) => each.target.map(percent).join(" to ") },
      { name: "", cell: (each) => PLACES[each.place] },
    ],
    rows: experiments,
    draw: (width) => plot(width, {
      height: ROW * experiments.length + 40,
      marginTop: 12,
      x: { ...share, grid: true },
      y: { axis: null, domain: experiments.map((each) => each.label), padding: 0.2 },
      marks: [
        Plot.barX(experiments, { y: "label", x1: (d) => d.target[0], x2: (d) => d.target[1],
          fill: "var(--target)", insetTop: 14, insetBottom: 2 }),
        Plot.ruleY(experiments, { y: "label", x1: "low", x2: "high", stroke: "var(--ink-soft)", strokeWidth: 2,
          strokeLinecap: "round", dy: 6 }),
        Plot.dot(decided, { y: "label", x: "rate", r: 5.5, fill: "var(--accent)", stroke: "var(--paper)", dy: 6,
          title: (d) => `${visible(d.label)}: ${rate(d)}` }),
        rowLabels(experiments),
      ],
    }),
  });
}

const PLACES = {
  inside: "in the target band",
  outside: "outside the target band",
  undecided: "undecided",
};

const rate = (each) =>
  each.rate == null ? "–" : `${percent(each.rate)} (${percent(each.low)} to ${percent(each.high)})`;

function scoreDistribution(experiments, runs) {
  const scored = runs.filter((run) => run.got != null && run.of);
  const bins = (each) => {
    const tenths = Array(10).fill(0);
    const own = scored.filter((run) => experiments[run.experiment] === each);
    for (const run of own) tenths[Math.min(9, Math.floor((run.got / run.of) * 10 + 1e-9))] += 1;
    return tenths;
  };
  const bars = experiments.flatMap((each) => bins(each).map((runs, at) =>
    ({ label: each.label, low: at / 10, high: (at + 1) / 10, runs })));
  const most = Math.max(1, ...bars.map((bar) => bar.runs));
  return figure({
    title: "Scores",
    hint: "Runs by their share of the points; the line is what a run needs to pass.",
    told: "How many runs got which tenth of the points, for each experiment",
    columns: [
      { name: "Experiment", cell: (each) => each.label },
      ...Array.from({ length: 10 }, (_, at) => (
        { name: `${at * 10}–${at * 10 + 10}%`, numeric: true, cell: (each) => bins(each)[at] || "·" })),
    ],
    rows: experiments,
    draw: (width) => plot(width, {
      height: 66 * experiments.length + 44,
      marginTop: 8,
      x: share,
      y: { axis: null, domain: [0, most] },
      fy: { axis: null, domain: experiments.map((each) => each.label), paddingInner: 0.36, paddingOuter: 0.3 },
      marks: [
        Plot.rect(bars.filter((bar) => bar.runs), { fy: "label", x1: "low", x2: "high", y1: 0, y2: "runs",
          inset: 0.5, insetBottom: 0, fill: "var(--accent)", title: (d) => counted(d.runs, "run") }),
        Plot.ruleY(experiments, { fy: "label", y: 0, stroke: "var(--line)" }),
        Plot.ruleX(experiments, { fy: "label", x: "need", stroke: "var(--ink-soft)", strokeDasharray: "3 3" }),
        Plot.text(experiments, { fy: "label", text: (d) => visible(d.label), frameAnchor: "top-left", dy: -15,
          fill: "var(--ink)" }),
      ],
    }),
  });
}

function costs(experiments) {
  const known = experiments.filter((each) => each.cost && each.rate != null)
    .map((each) => ({ ...each, each: each.cost / each.runs }));
  if (!known.length) return null; // a replay costs nothing
  return figure({
    title: "Cost and pass rate",
    hint: "US dollars a run, agent and judge together.",
    told: known.map((each) => `${each.label}: ${dollars(each.each)} a run, ${percent(each.rate)}`).join("; "),
    columns: [
      { name: "Experiment", cell: (each) => each.label },
      { name: "Cost a run", numeric: true, cell: (each) => dollars(each.each) },
      { name: "Pass rate", numeric: true, cell: (each) => percent(each.rate) },
    ],
    rows: known,
    draw: (width) => plot(width, {
      height: 320,
      marginLeft: 44,
      marginTop: 16,
      marginBottom: 32,
      x: { domain: [0, Math.max(...known.map((d) => d.each)) * 1.15], label: null, ticks: width / 90,
        tickFormat: (value) => `$${number(value)}` },
      y: { ...share, grid: true },
      marks: [
        Plot.ruleX(known, { x: "each", y1: "low", y2: "high", stroke: "var(--line-strong)", strokeWidth: 2 }),
        Plot.dot(known, { x: "each", y: "rate", r: 5.5, fill: "var(--accent)", stroke: "var(--paper)" }),
        // A name goes to the side that has room for it.
        ...["start", "end"].map((side) => Plot.text(
          known.filter((d) => (side === "end") === d.each > Math.max(...known.map((e) => e.each)) / 2),
          { x: "each", y: "rate", text: (d) => visible(d.label), textAnchor: side, dx: side === "end" ? -10 : 10,
            fill: "var(--ink)", stroke: "var(--paper)", strokeWidth: 4 })),
      ],
    }),
  });
}

function failures(experiments) {
  const bars = experiments.flatMap((each) => [
    ...Object.entries(each.failures).map(([name, runs]) => ({ label: each.label, name, runs })),
    ...Object.entries(each.voids).map(([name, runs]) => ({ label: each.label, name: `void: ${name}`, runs })),
  ]);
  const names = [...new Set(bars.map((bar) => bar.name))];
  if (!names.length) return null;
  const runs = (each, name) => bars.find((bar) => bar.label === each.label && bar.name === name)?.runs;
  return figure({
    title: "Failures",
    hint: "Failed and void runs by what they are called.",
    told: bars.map((bar) => `${bar.label}, ${bar.name}: ${bar.runs}`).join("; "),
    legend: el("ul", { class: "legend" }, names.map((name, at) =>
      el("li", null, el("span", { class: `swatch series-${(at % 8) + 1}` }), heading(name)))),
    columns: [
      { name: "Experiment", cell: (each) => each.label },
      ...names.map((name) => ({ name: heading(name), numeric: true, cell: (each) => runs(each, name) ?? "·" })),
    ],
    rows: experiments,
    draw: (width) => plot(width, {
      height: ROW * experiments.length + 40,
      marginTop: 12,
      x: { label: null, ticks: width / 100, tickFormat: (value) => (Number.isInteger(value) ? count(value) : ""),
        domain: [0, Math.max(...experiments.map((each) => each.runs))] },
      y: { axis: null, domain: experiments.map((each) => each.label), padding: 0.2 },
      color: { domain: names, range: names.map((_, at) => SERIES[at % 8]) },
      marks: [
        Plot.barX(bars, { y: "label", x: "runs", fill: "name", order: names, insetTop: 16, insetBottom: 4,
          insetRight: 1, title: (d) => `${words(visible(d.name))}: ${counted(d.runs, "run")}` }),
        rowLabels(experiments),
      ],
    }),
  });
}

// A heat map for each task: criteria by experiments. A table is the drawing and its own alternative.
function heatMaps(experiments) {
  return [...new Set(experiments.map((each) => each.task))].map((task) => {
    const own = experiments.filter((each) => each.task === task);
    const ids = [...new Set(own.flatMap((each) => Object.keys(each.criteria)))];
    const columns = [
      { name: "Criterion", cell: (id) => [heading(id), el("small", null, claim(own, id))] },
      ...own.map((each) => ({ name: each.short, numeric: true, cell: (id) => heat(each, id) })),
    ];
    return el("div", { class: "scroll heat" }, table(columns, ids, heading(task)));
  });
}

const claim = (own, id) => own.map((each) => each.criteria[id]?.claim).find(Boolean);

function heat(experiment, id) {
  const one = experiment.criteria[id];
  if (!one || (one.rate == null && one.score == null)) return "–";
  const [low, high] = one.scale;
  const value = one.score == null ? one.rate : (one.score - low) / (high - low);
  const text = one.score == null ? percent(one.rate) : number(one.score);
  const told = `${one.passed} of ${one.passed + one.failed} held` + (one.unclear ? `, ${one.unclear} unclear` : "");
  const href = one.failed ? `#${written({ experiment: experiment.key, criterion: id })}` : null;
  const cell = el(href ? "a" : "span", { class: "cell", href, title: told }, text);
  cell.style.setProperty("--share", value);
  return cell;
}
