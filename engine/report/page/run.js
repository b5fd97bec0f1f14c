// One run: verdicts beside the submission, items, transcript, config.

async function showRun(run, place) {
  const view = byId("run");
  const reading = el("p", { class: "hint" }, "Reading…");
  view.replaceChildren(runHead(run, place), reading);
  const whole = await unpack(`run-${run.experiment}-${run.run}`);
  if (state.run !== nameOf(run)) return; // another was opened meanwhile
  const { record, events, files, note } = whole;
  const pane = submission(files, record);
  reading.replaceWith(...[
    note && el("p", { class: "note", role: "note" }, note),
    facts(record),
    el("div", { class: "beside" },
      el("section", { "aria-labelledby": "verdicts-title" },
        el("h2", { id: "verdicts-title" }, "Verdicts"),
        Object.keys(record.verdicts).length === 0 && el("p", { class: "hint" }, "Nothing was graded."),
        Object.entries(record.verdicts).map(([id, verdict]) => verdictCard(run, id, verdict))),
      pane),
    items(record),
    assessments(record),
    measures(record),
    transcript(events),
    config(run),
  ].filter(Boolean));
}

function runHead(run, { at, of, before, after }) {
  const step = (to, name, sign) => el("a", { class: "button", href: to ? `#${written({ ...state, run: nameOf(to) })}` : null,
    "aria-disabled": to ? null : "true", role: "link", "aria-label": name }, sign);
  const points = run.got == null ? null : `${number(run.got, 4)} of ${number(run.of, 4)} points`;
  return el("div", { class: "run-head" },
    el("nav", { "aria-label": "Runs" },
      el("a", { class: "button", href: `#${written({ ...state, run: "" })}` }, "← All runs"),
      el("span", { class: "place" }, `${count(at + 1)} of ${count(of)}`),
      step(before, "Previous run", "‹"), step(after, "Next run", "›")),
    el("h1", { id: "run-title", tabindex: "-1" }, experimentOf(run).label, el("span", null, ` run ${threeDigits(run.run)}`)),
    el("p", { class: "outcome" }, badge(run.outcome), [run.failure && heading(run.failure), points, run.band]
      .filter(Boolean).map((each) => el("span", null, each))));
}

function facts(record) {
  const pairs = [
    ["Reason", record.reason],
    ["Source", record.source],
    ["Model", record.model],
    ["Judge", record.judge],
    ["Sandbox", record.sandbox],
    ["Started", record.started],
    ["Time", record.seconds == null ? null : duration(record.seconds)],
    ...Object.entries(record.usage ?? {}).map(([role, used]) => [`Used by the ${role}`, spent(used)]),
    ["Digest", record.digest && `${record.digest.slice(0, 16)}…`],
  ].filter(([, value]) => value);
  return el("dl", { class: "facts" }, pairs.map(([name, value]) =>
    el("div", { class: name === "Reason" && "whole" }, el("dt", null, name), el("dd", null, value))));
}

function spent(used) {
  const read = used.input + used.cache_read + used.cache_write;
  return read + used.output ? `${count(read)} tokens in, ${count(used.output)} out, ${dollars(used.cost)}` : null;
}

const scoreText = (score) => (score == null ? "unclear" : number(score));

function verdictCard(run, id, verdict) {
  const { criteria, gates } = experimentOf(run);
  const criterion = criteria[id];
  const worth = !criterion ? "gate" : `${number(verdict.points ?? 0, 4)} / ${number(criterion.points, 4)} points`;
  const aside = [
    verdict.by && `by ${verdict.by}`,
    verdict.votes && `votes: ${pairsText(verdict.votes)}`,
    verdict.opinions && pairsText(verdict.opinions),
    verdict.scores?.length > 1 && `scores: ${verdict.scores.map(scoreText).join(", ")}`,
  ].filter(Boolean);
  const places = (verdict.evidence ?? []).some((each) => each.line != null);
  const title = heading(id);
  return el("article", { class: `verdict ${verdict.verdict}`, "data-id": id, onclick: (event) => {
    if (places && !event.target.closest("button, a, summary") && !String(getSelection())) point(id);
  } },
    el("h3", null, places ? el("button", { type: "button", title: "Show its evidence", onclick: () => point(id) }, title) : title,
      el("span", { class: "worth" }, verdict.score != null && `score ${number(verdict.score)} · `, worth),
      badge(verdict.verdict)),
    el("p", { class: "claim" }, criterion?.claim ?? gates[id]),
    el("p", null, verdict.reason),
    evidence(id, verdict.evidence),
    remarks(verdict.remarks),
    aside.length > 0 && el("p", { class: "hint" }, aside.join(" · ")));
}

const pairsText = (pairs) => Object.entries(pairs).map(([name, value]) => `${name} ${value}`).join(", ");

// Quotes lead to their lines; what a probe measured has no line.
function evidence(id, list) {
  if (!list?.length) return null;
  return el("ul", { class: "evidence" }, list.map((each, at) => el("li", null, each.line == null
    ? el("span", { class: "measured" }, each.quote)
    : el("button", { type: "button", onclick: () => point(id, at) },
      el("span", { class: "where" }, `${each.file || "line"}:${each.line}`), " ", el("q", null, each.quote)))));
}

const remarks = (said) => Object.entries(said ?? {}).map(([name, list]) => list.length > 0 && el("div", { class: "remarks" },
  el("h4", null, heading(name)), el("ul", null, list.map((each) => el("li", null, each)))));

// The files by line. All evidence is marked; that of the verdict pointed at stands out.
function submission(files, record) {
  const marks = new Map(); // "file:line" -> [{id, at, words}]
  const names = Object.keys(files);
  for (const [id, verdict] of Object.entries(record.verdicts)) {
    const own = [...(verdict.evidence ?? []), ...(verdict.items ?? []).flatMap((item) => item.evidence ?? [])];
    own.forEach((each, at) => {
      if (each.line == null) return;
      each.quote.replace(/^\n+|\n+$/g, "").split("\n").forEach((quoted, down) => {
        const key = `${names.includes(each.file) ? each.file : names[0]}:${each.line + down}`;
        marks.set(key, [...(marks.get(key) ?? []), { id, at, quoted }]);
      });
    });
  }
  return el("section", { class: "submission", "aria-labelledby": "submission-title" },
    el("h2", { id: "submission-title" }, "Submission"),
    names.length === 0 && el("p", { class: "hint" }, "Nothing was handed in."),
    names.map((name) => el("details", { open: true, class: "file" }, el("summary", null, name),
      el("ol", { class: "code", tabindex: "0", role: "region", "aria-label": visible(name) },
        files[name].replace(/\n$/, "").split("\n").map((line, at) =>
          el("li", { value: at + 1 }, marked(visible(line.replace(/\r$/, "")), marks.get(`${name}:${at + 1}`) ?? [])))))));
}

// The line in pieces, those in <mark> that are quoted. Quotes may differ in blanks; one that is not found marks it all.
function marked(line, quotes) {
  if (!quotes.length) return line || "\n"; // an empty line keeps its height
  const ranges = quotes.map(({ id, at, quoted }) => {
    const parts = visible(quoted).trim().split(/\s+/).map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
    const found = new RegExp(parts.join("\\s+")).exec(line);
    const start = found?.[0] ? found.index : 0;
    return { id, at, start, end: found?.[0] ? start + found[0].length : line.length };
  });
  const bounds = [...new Set([0, line.length, ...ranges.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return bounds.slice(1).map((end, at) => {
    const inside = ranges.filter((range) => range.start <= bounds[at] && end <= range.end);
    const piece = line.slice(bounds[at], end);
    if (!inside.length) return piece;
    return el("mark", { "data-ids": JSON.stringify(inside.map(({ id }) => id)), title: inside.map(({ id }) => words(id)).join(", "),
      "data-places": JSON.stringify(inside.map(({ id, at }) => `${id}:${at}`)) }, piece);
  });
}

// Show the evidence of a verdict, one piece of it or all.
function point(id, at) {
  const marks = [...document.querySelectorAll("#run mark")];
  const own = marks.filter((mark) => (at == null
    ? JSON.parse(mark.dataset.ids).includes(id) : JSON.parse(mark.dataset.places).includes(`${id}:${at}`)));
  for (const mark of marks) mark.classList.toggle("current", own.includes(mark));
  for (const card of document.querySelectorAll("#run .verdict")) card.classList.toggle("current", card.dataset.id === id);
  if (!own.length) return;
  own[0].closest("details").open = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  own[0].scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}

// Items by criteria, the best first; below, what was said of each.
function items(record) {
  if (!record.items?.length) return null;
  const rows = [...record.items].sort((a, b) => (b.points ?? -1) - (a.points ?? -1));
  const ids = Object.keys(rows[0].scores);
  const columns = [
    { name: "Item", cell: (item) => item.title },
    ...ids.map((id) => ({ name: heading(id), numeric: true, cell: (item) => scoreText(item.scores[id]) })),
    { name: "Points", numeric: true, cell: (item) => el("strong", null, number(item.points)) },
  ];
  return el("section", { "aria-labelledby": "items-title" },
    el("h2", { id: "items-title" }, "Items"),
    el("div", { class: "scroll" }, table(columns, rows)),
    rows.map((item) => folded(item.title,
      el("div", { class: "columns" }, ids.map((id) => itemVerdict(record.verdicts[id], id, item.title))))));
}

function itemVerdict(verdict, id, title) {
  const list = verdict?.items ?? [];
  const at = list.findIndex((each) => each.title === title);
  if (at < 0) return null;
  const one = list[at];
  // Marks number the evidence of the criterion first, then that of its items in their order.
  const first = [verdict, ...list.slice(0, at)].reduce((sum, each) => sum + (each.evidence?.length ?? 0), 0);
  return el("div", { class: "item" },
    el("h3", null, heading(id), " ", scoreText(one.score),
      one.scores?.length > 1 && el("small", null, ` of ${one.scores.map(scoreText).join(", ")}`)),
    el("p", null, one.reason),
    one.evidence?.length > 0 && el("ul", { class: "evidence" }, one.evidence.map((each, down) =>
      el("li", null, el("button", { type: "button", onclick: () => point(id, first + down) },
        el("span", { class: "where" }, `${each.file || "line"}:${each.line}`), " ", el("q", null, each.quote))))),
    remarks(one.remarks));
}

function assessments(record) {
  if (!record.assessments?.length) return null;
  const { points, spread, stability, bands } = record.samples ?? {};
  return el("section", { "aria-labelledby": "judged-title" },
    el("h2", { id: "judged-title" }, "What the judge said of them all"),
    points && el("p", { class: "hint" }, `${points.length} samples: ${points.map((each, at) =>
      [number(each), bands?.[at]].filter(Boolean).join(" ")).join(", ")}; spread ${number(spread, 2)}` +
      (stability == null ? "" : `, ${percent(stability)} in the same band`)),
    el("div", { class: "columns" }, record.assessments.map((said, at) => el("article", null,
      el("h3", null, `Sample ${at + 1}`, el("small", null, ` ${said.by}`)),
      el("h4", null, "Ranking"), el("ol", null, said.ranking.map((title) => el("li", null, title))),
      [["Best", said.best], ["Worst", said.worst], ["Summary", said.summary]].filter(([, text]) => text)
        .map(([name, text]) => [el("h4", null, name), el("p", null, text)])))));
}

function measures(record) {
  const all = Object.entries(record.measures ?? {});
  return all.length > 0 && el("section", { "aria-labelledby": "measures-title" },
    el("h2", { id: "measures-title" }, "Measures"),
    all.map(([id, said]) => [el("h3", null, heading(id)), el("dl", { class: "facts" },
      Object.entries(said ?? {}).map(([name, value]) => el("div", null, el("dt", null, heading(name)),
        el("dd", null, Array.isArray(value) ? value.map(argument).join(", ") || "none" : argument(value)))))]));
}

// Verdicts stand above, and a call is told with its result.
function transcript(events) {
  const calls = new Set(events.flatMap((event) => (event.calls ?? []).map((call) => call.id)));
  const results = new Map(events.filter((event) => event.event === "tool_result").map((event) => [event.id, event]));
  const quiet = (event) => event.event === "verdict" || (event.event?.startsWith("tool_") && calls.has(event.id));
  let turn = 0;
  const list = el("ol", { class: "transcript" }, events.filter((event) => !quiet(event)).map((event) =>
    el("li", { class: event.role }, event.event === "model_call" ? modelCall(event, ++turn, results) : otherEvent(event))));
  const open = el("button", { type: "button", onclick: () => {
    const all = [...list.querySelectorAll("details")];
    const opened = all.every((each) => each.open);
    for (const each of all) each.open = !opened;
  } }, "Open or close all");
  return el("section", { "aria-labelledby": "transcript-title" },
    el("h2", { id: "transcript-title" }, "Transcript"),
    events.length ? [list.querySelector("details") && open, list] : el("p", { class: "hint" }, "None was kept."));
}

function modelCall(event, turn, results) {
  const spending = [event.usage && spent(event.usage), event.seconds != null && `${number(event.seconds)} s`,
    event.stop && `stop: ${event.stop}`].filter(Boolean).join(" · ");
  return el("article", null,
    el("h3", null, `${turn}. ${heading(event.role ?? "model")}`, el("small", null, ` ${event.model ?? ""}`)),
    el("p", { class: "hint" }, spending),
    event.thinking && el("details", { class: "thinking" },
      el("summary", null, "Thinking", el("small", null, ` ${counted(event.thinking.length, "character")}`)),
      el("pre", null, event.thinking)),
    event.text && (event.text.length > 1500 || event.role === "judge" ? el("details", null,
      el("summary", null, "Text", el("small", null, ` ${counted(event.text.length, "character")}`)),
      el("pre", null, event.text)) : el("pre", { class: "said" }, event.text)),
    (event.calls ?? []).map((call) => toolCall(call, results.get(call.id))));
}

function toolCall(call, result) {
  const failed = result?.error;
  return el("details", { class: failed ? "call failed" : "call" },
    el("summary", null, el("code", null, call.name), el("small", null, result
      ? ` ${failed ? "error" : "result"}, ${counted(result.text.length, "character")}` : " no result")),
    el("dl", null, Object.entries(call.arguments ?? {}).map(([name, value]) => [el("dt", null, name), el("dd", null,
      el("pre", null, argument(value)))])),
    result && [el("h4", null, failed ? "Error" : "Result"), el("pre", null, result.text)]);
}

const argument = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function otherEvent(event) {
  const { event: name, time, ...rest } = event;
  const long = Object.entries(rest).filter(([, value]) => String(value).length > 300 || String(value).includes("\n"));
  const short = Object.entries(rest).filter((pair) => !long.some(([key]) => key === pair[0]) && pair[1] != null && pair[1] !== "");
  return el("div", { class: "event" }, el("strong", null, heading(name ?? "event")), el("time", null, ` ${(time ?? "").slice(11, 19)} `),
    short.map(([key, value]) => `${key} ${argument(value)}`).join(" · "),
    long.map(([key, value]) => folded(key, el("pre", null, argument(value)))));
}

// The resolved config of the experiment, unpacked when it is opened.
function config(run) {
  const text = el("pre", null, "Reading…");
  const details = folded("The resolved config of the experiment", el("p", { class: "hint" }, experimentOf(run).folder), text);
  details.addEventListener("toggle", async () => {
    text.textContent = visible(await unpack(`config-${run.experiment}`));
  }, { once: true });
  return el("section", { "aria-labelledby": "config-title" }, el("h2", { id: "config-title" }, "Config"), details);
}
