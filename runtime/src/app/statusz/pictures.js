// Curves of rates and pictures of latencies, as SVG.
"use strict";

function spark(rates) {
  const width = 120;
  const picture = make("svg", {
    class: "spark", viewBox: `0 0 ${width} 30`, preserveAspectRatio: "none",
    role: "img", "aria-label": "calls per second, last ten minutes",
  });
  if (rates.length < 2) return picture;
  const top = Math.max(...rates, 1e-9);
  const step = width / (rates.length - 1);
  const points = rates.map((value, i) =>
    `${(i * step).toFixed(1)},${(28 - (26 * value) / top).toFixed(1)}`);
  picture.append(
    make("path", { class: "area", d: `M0,30L${points.join("L")}L${width},30Z` }),
    make("path", { class: "stroke", d: `M${points.join("L")}` }));
  return picture;
}

// Latencies from 10 µs to 100 s, by thirds of a power of ten. Bars are as high
// as the root of their share, or few slow calls would not be seen.
const kFrom = -2;
const kTo = 5;
const kBars = (kTo - kFrom) * 3;
const kWidth = 210;

function place(ms) {
  const position = (Math.log10(Math.max(ms, 1e-9)) - kFrom) / (kTo - kFrom);
  return Math.min(Math.max(position, 0), 1) * kWidth;
}

function latencyPicture(latency, edges) {
  const picture = make("svg", {
    class: "latency", viewBox: `0 0 ${kWidth} 40`, role: "img",
    "aria-label": `p50 ${time(latency.p50_ms)}, p90 ${time(latency.p90_ms)}, ` +
      `p99 ${time(latency.p99_ms)}`,
  });
  picture.append(make("line",
    { class: "base", x1: 0, x2: kWidth, y1: 29.5, y2: 29.5 }));
  const bars = new Array(kBars).fill(0);
  latency.cells.forEach((value, i) => {
    const edge = i < edges.length ? edges[i] : 10 ** kTo;
    const bar = Math.ceil((place(edge) / kWidth) * kBars - 1e-6) - 1;
    bars[Math.min(Math.max(bar, 0), kBars - 1)] += value;
  });
  const top = Math.max(...bars);
  const wide = kWidth / kBars;
  bars.forEach((value, i) => {
    if (value === 0) return;
    const high = Math.max(1.5, 27 * Math.sqrt(value / top));
    const to = 10 ** (kFrom + (i + 1) / 3);
    picture.append(make("rect", {
      x: (i * wide + 0.5).toFixed(1), width: (wide - 1).toFixed(1),
      y: (29 - high).toFixed(1), height: high.toFixed(1), rx: 1,
    }, make("title", {}, `${count(value)} up to ${time(to)}`)));
  });
  if (latency.count > 0) {
    const x = place(latency.p99_ms).toFixed(1);
    picture.append(make("line", { class: "tick", x1: x, x2: x, y1: 0, y2: 29 },
      make("title", {}, `p99 ${time(latency.p99_ms)}`)));
  }
  for (const [ms, text] of [[0.1, "100µs"], [1, "1ms"], [10, "10ms"],
    [100, "100ms"], [1000, "1s"], [10000, "10s"]]) {
    picture.append(make("text",
      { x: place(ms), y: 38.5, "text-anchor": "middle" }, text));
  }
  return picture;
}
