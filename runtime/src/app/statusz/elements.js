// Elements, and numbers as people read them. All texts go in as text nodes,
// never as markup.
"use strict";

const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const svg = ["svg", "rect", "line", "path", "text", "title"].includes(tag);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null).map((child) =>
    child instanceof Node ? child : String(child)));
  return element;
}

const span = (type, ...children) => make("span", { class: type }, ...children);

function show(id, ...children) {
  const element = byId(id);
  const list = element.querySelector(".list");
  const scrolled = list ? list.scrollTop : 0;
  element.replaceChildren(...children);
  const now = element.querySelector(".list");
  if (now) now.scrollTop = scrolled;
}

function count(value) {
  return Math.round(value).toLocaleString("en");
}

const calls = (number) => `${count(number)} call${number === 1 ? "" : "s"}`;

function rate(value) {
  if (value === 0) return "0";
  if (value < 0.1) return "< 0.1";
  return value < 10 ? value.toFixed(1) : count(value);
}

function time(ms) {
  if (ms === undefined) return "–";
  if (ms < 0.01) return "< 10 µs";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 100) return `${Number(ms.toPrecision(2))} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function share(part, whole) {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (100 * part) / whole;
  return percent < 0.1 ? "< 0.1 %" : `${Number(percent.toPrecision(2))} %`;
}

function timeSpan(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

const sum = (list, value) => list.reduce((all, each) => all + value(each), 0);

function errorClass(part, whole) {
  if (part === 0 || whole === 0) return "";
  return part / whole >= 0.01 ? "bad" : "warn";
}
