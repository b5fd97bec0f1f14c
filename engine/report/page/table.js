// The table of all runs: sorted, filtered, and shown a few hundred at a time.

const PAGE = 250;
const { experiments, runs } = JSON.parse(byId("index").textContent);

const experimentOf = (run) => experiments[run.experiment];
const nameOf = (run) => `${experimentOf(run).key}/${threeDigits(run.run)}`;
const told = (run) => [run.failure && heading(run.failure), run.reason].filter(Boolean).join(": ");
const known = (key) => runs.some((run) => run[key] != null && run[key] !== "");

const COLUMNS = [
  { key: "run", name: "Run", value: (run) => run.run, cell: (run) =>
    el("a", { href: `#${written({ ...state, run: nameOf(run) })}`, id: `row-${nameOf(run)}`,
      "aria-label": `${experimentOf(run).label}, run ${run.run}` }, threeDigits(run.run)) },
  { key: "experiment", name: "Experiment", value: (run) => experimentOf(run).label },
  { key: "outcome", name: "Outcome", value: (run) => run.outcome, cell: (run) => badge(run.outcome) },
  { key: "points", name: "Points", numeric: true, value: (run) => (run.got == null ? -1 : run.got / (run.of || 1)),
    cell: (run) => (run.got == null ? "–" : `${number(run.got)} / ${number(run.of)}`) },
  known("band") && { key: "band", name: "Band", value: (run) => run.band ?? "" },
  known("source") && { key: "source", name: "Source", optional: true, value: (run) => run.source ?? "" },
  { key: "reason", name: "Reason", wide: true, value: told,
    cell: (run) => el("div", { class: "clamp" }, told(run)) },
  { key: "cost", name: "Cost", numeric: true, optional: true, value: (run) => run.cost ?? -1,
    cell: (run) => dollars(run.cost) },
  { key: "tokens", name: "Tokens", numeric: true, optional: true, value: (run) => run.tokens,
    cell: (run) => count(run.tokens) },
  { key: "seconds", name: "Time", numeric: true, optional: true, value: (run) => run.seconds,
    cell: (run) => duration(run.seconds) },
].filter(Boolean);

// What the free text is looked for in. Made once: a thousand runs are then searched at each keystroke.
for (const run of runs) {
  run.text = [nameOf(run), experimentOf(run).label, run.source, run.outcome, run.failure, run.band, run.reason,
    ...run.failed].filter(Boolean).join(" ").toLowerCase();
}

// The runs that the state lets through, in its order.
function chosen() {
  const terms = (state.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = runs.filter((run) =>
    (!state.experiment || experimentOf(run).key === state.experiment) &&
    (!state.outcome || run.outcome === state.outcome) &&
    (!state.criterion || run.failed.includes(state.criterion)) &&
    terms.every((term) => run.text.includes(term)));
  const [, down, key] = /^(-?)(\w+)$/.exec(state.sort ?? "") ?? [];
  const column = COLUMNS.find((each) => each.key === key);
  if (!column) return found;
  const order = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
  return found.sort((a, b) => order(column.value(a), column.value(b)) * (down ? -1 : 1));
}

let shown = PAGE;

function showRuns() {
  const found = chosen();
  byId("count").textContent = found.length === runs.length
    ? counted(runs.length, "run") : `${count(found.length)} of ${counted(runs.length, "run")}`;
  const body = el("tbody", null, found.slice(0, shown).map((run) =>
    el("tr", { "data-run": nameOf(run) }, COLUMNS.map(tableCell(run)))));
  byId("runs").replaceChildren(el("table", null, el("thead", null, el("tr", null, COLUMNS.map(head))), body));
  const more = byId("more");
  more.hidden = found.length <= shown;
  more.textContent = `Show ${Math.min(PAGE, found.length - shown)} more`;
}

const tableCell = (run) => (column, at) =>
  el(at ? "td" : "th", { scope: at ? null : "row", class: classes(column) }, (column.cell ?? column.value)(run));

const classes = (column) =>
  [column.numeric && "number", column.optional && "optional", column.wide && "wide"].filter(Boolean).join(" ") || null;

// A click sorts, a second one turns it round. Figures start with the largest.
function head(column) {
  const down = state.sort === `-${column.key}`;
  const sorted = down || state.sort === column.key;
  const first = column.numeric ? `-${column.key}` : column.key;
  const next = state.sort === first ? (column.numeric ? column.key : `-${column.key}`) : first;
  const button = el("button", { type: "button", onclick: () => {
    change({ sort: next });
    byId("runs").querySelector(`[data-column="${column.key}"]`).focus();
  }, "data-column": column.key }, column.name);
  return el("th", { scope: "col", class: classes(column),
    "aria-sort": sorted ? (down ? "descending" : "ascending") : null }, button);
}

function prepareTable() {
  const form = byId("filters");
  const fill = (name, pairs) => form.elements[name].replaceChildren(
    el("option", { value: "" }, "any"), ...pairs.map(([value, text]) => el("option", { value }, text)));
  const criteria = [...new Set(runs.flatMap((run) => run.failed))].sort();
  fill("experiment", experiments.map((each) => [each.key, each.label]));
  fill("outcome", ["pass", "fail", "undecided", "void"].map((each) => [each, each]));
  fill("criterion", criteria.map((id) => [id, heading(id)]));
  form.addEventListener("input", () => change(Object.fromEntries(new FormData(form))));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    change({ experiment: "", outcome: "", criterion: "", text: "" });
    showFilters();
  });
  byId("more").addEventListener("click", () => {
    shown += PAGE;
    showRuns();
  });
  byId("runs").addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-run]");
    if (row && !event.target.closest("a") && !String(getSelection())) go({ run: row.dataset.run });
  });
}

function showFilters() {
  for (const name of ["experiment", "outcome", "criterion", "text"]) {
    const field = byId("filters").elements[name];
    if (field.value !== (state[name] ?? "")) field.value = state[name] ?? "";
  }
}
