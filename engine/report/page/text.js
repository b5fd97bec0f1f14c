"use strict";

// Everything is made of elements and text nodes: no string is ever read as markup.

// As engine.visible: what a reader could not see, or what would reorder the text, is shown as its number.
// Line ends, blanks and tabs stay.
const HIDDEN = new RegExp(
  "(?![ \\t\\n])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}\\p{Zs}" +
    "\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u2800\\u3164\\uFFA0\\u180B-\\u180F\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]",
  "gu",
);

function visible(text) {
  return String(text).replace(
    HIDDEN,
    (char) => `⟦U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`,
  );
}

const READ = ["title", "aria-label"]; // attributes that a reader is shown

// An element. Attributes that start with "on" are listeners; null, undefined and false are left out.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, READ.includes(name) ? visible(value) : value);
  }
  for (const child of children.flat(3)) {
    if (child != null && child !== false && child !== "") {
      node.append(child instanceof Node ? child : visible(child));
    }
  }
  return node;
}

const byId = (id) => document.getElementById(id);

const number = (value, digits = 3) =>
  value == null ? "–" : value.toLocaleString("en", { maximumSignificantDigits: digits });
const count = (value) => value.toLocaleString("en");
const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
const percent = (value) => (value == null ? "–" : `${Math.round(value * 100)}%`);
const dollars = (value) =>
  value == null ? "unknown" : value === 0 ? "$0" : `$${value.toFixed(value < 0.1 ? 4 : 2)}`;
const words = (id) => id.replaceAll("_", " ");
const heading = (id) => words(id).replace(/^./u, (first) => first.toUpperCase());
const threeDigits = (run) => String(run).padStart(3, "0");

function duration(seconds) {
  if (seconds < 60) return `${number(seconds, 2)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// A table. A column has a name, a `cell` that makes its content, and `numeric` where figures align.
function table(columns, rows, caption) {
  return el(
    "table",
    null,
    caption && el("caption", null, caption),
    el("thead", null, el("tr", null, columns.map((column) =>
      el("th", { scope: "col", class: column.numeric && "number" }, column.name)))),
    el("tbody", null, rows.map((row) => el("tr", null, columns.map((column, at) =>
      el(at ? "td" : "th", { scope: at ? null : "row", class: column.numeric && "number" }, column.cell(row)))))),
  );
}

const badge = (said) => el("span", { class: `badge ${said}` }, said);

const folded = (summary, ...content) => el("details", null, el("summary", null, summary), ...content);

// What one of the page's blocks holds. The last of them are still being read when the page is first shown.
async function unpack(id) {
  if (document.readyState === "loading" && !byId(id)) {
    await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  }
  const bytes = Uint8Array.from(atob(byId(id).textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
