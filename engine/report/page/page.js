// What is shown follows from the address alone: #run=EXPERIMENT/NNN&outcome=fail&criterion=...&text=...&sort=-points

let state = read();

function read() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

// As the part of an address after #. Slashes stay readable.
function written(said) {
  return ["run", "experiment", "outcome", "criterion", "text", "sort"].filter((name) => said[name])
    .map((name) => `${name}=${encodeURIComponent(said[name]).replaceAll("%2F", "/")}`).join("&");
}

// A filter or an order: no step in the browser's history. A run that is opened is one.
function change(part) {
  state = { ...state, ...part };
  shown = PAGE;
  history.replaceState(null, "", `#${written(state)}`);
  showRuns();
}

// Known at once: the next key may come before the browser tells of the new address.
function go(part) {
  state = { ...state, ...part };
  location.hash = written(state);
}

// The run of the address, and those beside it in the table as it is filtered and sorted.
function opened() {
  const run = runs.find((each) => nameOf(each) === state.run);
  if (!run) return null;
  const found = chosen();
  const list = found.includes(run) ? found : runs;
  const at = list.indexOf(run);
  return { run, at, of: list.length, before: list[at - 1], after: list[at + 1] };
}

let left = null; // the run that was last looked at, and how far down the page its row was
let scrolled = 0;

function show(first) {
  const place = opened();
  const before = byId("overview").hidden;
  if (place && !before) scrolled = scrollY;
  byId("overview").hidden = Boolean(place);
  byId("run").hidden = !place;
  document.title = place ? `${visible(experimentOf(place.run).label)}, run ${place.run.run}` : TITLE;
  if (place) {
    left = place.run;
    showRun(place.run, place).catch((error) => {
      byId("run").append(el("p", { class: "note", role: "alert" }, `This run cannot be read: ${error.message}`));
    });
    scrollTo(0, 0);
    byId("run-title").focus({ preventScroll: true });
    return;
  }
  showFilters();
  showRuns();
  byId("run").replaceChildren();
  if (first || !left) return;
  scrollTo(0, scrolled);
  byId(`row-${nameOf(left)}`)?.focus({ preventScroll: true });
}

const TITLE = document.title;

function showOverview() {
  const voids = (each) => each.outcomes.void || "–";
  const columns = [
    { name: "Experiment", cell: (each) => el("a", { href: `#${written({ experiment: each.key })}` }, each.label) },
    { name: "Pass rate (95%)", numeric: true, cell: (each) => [el("strong", null, percent(each.rate)),
      each.rate != null && el("small", null, ` ${percent(each.low)} to ${percent(each.high)}`)] },
    { name: "Mean score", numeric: true, cell: (each) => (each.mean == null ? "–" : `${number(each.mean)} of ${number(each.of)}`) },
    { name: "Runs", numeric: true, cell: (each) => count(each.runs) },
    { name: "Cost", numeric: true, cell: (each) => dollars(each.cost) },
    { name: "Time", numeric: true, cell: (each) => duration(each.seconds) },
    { name: "Void", numeric: true, cell: voids },
    { name: "Model", cell: (each) => each.model },
    { name: "Judge", cell: (each) => each.judge ?? "–" },
    { name: "Grading", cell: (each) => each.grading },
    { name: "Passes with", cell: (each) => each.threshold },
  ];
  byId("experiments").replaceChildren(table(columns, experiments));
  byId("plots").replaceChildren(...[passRates(experiments), scoreDistribution(experiments, runs),
    failures(experiments), costs(experiments)].filter(Boolean));
  byId("criteria").replaceChildren(...heatMaps(experiments));
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
  if (event.key.startsWith("Arrow") && event.target.closest(".scroll")) return; // it scrolls a table
  const place = opened();
  const to = { j: "after", ArrowRight: "after", k: "before", ArrowLeft: "before" }[event.key];
  if (place && to) {
    if (place[to]) go({ run: nameOf(place[to]) });
  } else if (place && event.key === "Escape") {
    go({ run: "" });
  } else if (to && event.key.length === 1) {
    stepRow(to === "after" ? 1 : -1);
  } else if (!place && event.key === "/") {
    byId("filters").elements.text.focus();
  } else {
    return;
  }
  event.preventDefault();
}

// In the table j and k go from row to row.
function stepRow(by) {
  const links = [...byId("runs").querySelectorAll("tbody a")];
  const at = links.indexOf(document.activeElement) + by;
  links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
}

const THEMES = { "": "system", light: "light", dark: "dark" };

function theme(said) {
  document.documentElement.dataset.theme = said;
  byId("theme").textContent = `Colours: ${THEMES[said]}`;
}

function themes() {
  let store = {}; // a browser may refuse to keep anything for a file
  try { store = localStorage; } catch { /* then it is not kept */ }
  theme(store.theme in THEMES ? store.theme : "");
  byId("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    theme(next);
    try { store.theme = next; } catch { /* the same */ }
  });
}

themes();
prepareTable();
showOverview();
show(true);
addEventListener("hashchange", () => {
  state = read();
  shown = PAGE;
  show(false);
});
addEventListener("keydown", keys);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says what is shown, and nothing else
  byId("main").focus();
});
performance.mark("ready");
