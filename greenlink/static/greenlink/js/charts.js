/* Draws every [data-chart]: its ECharts options stand in the json_script element named by data-chart.

   Options are plain data. A colour is written as "$green" or "$muted" and becomes the custom property of that name,
   so charts follow the theme. Two number formats can be named instead of written as functions: "$number", "$percent". */

const ORDER = ["green", "amber", "blue", "vermilion", "sky", "rose", "slate", "olive"];
const GROUND = ["ink", "muted", "line", "card", "paper", "accent", "good", "warn", "bad", "info", "accent-soft"];
const charts = new Map();
let library = null;

function loadLibrary() {
  if (window.echarts) return Promise.resolve(window.echarts);
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.echarts;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function colours(element) {
  const style = getComputedStyle(element);
  const found = {};
  for (const name of ORDER) found[name] = style.getPropertyValue(`--chart-${name}`).trim();
  for (const name of GROUND) found[name] = style.getPropertyValue(`--${name}`).trim();
  return found;
}

function numbers(value) {
  if (value === null || value === undefined || value === "-") return "–";
  if (typeof value !== "number") return String(value);
  const figures = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en-US", figures);
}

const FORMATS = { $number: numbers, $percent: (value) => `${numbers(value)} %` };

function fill(value, palette) {
  if (Array.isArray(value)) return value.map((item) => fill(item, palette));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, palette)]));
  }
  if (typeof value === "string" && value.startsWith("$")) return FORMATS[value] ?? palette[value.slice(1)] ?? value;
  return value;
}

function list(value) { return value === undefined ? [] : Array.isArray(value) ? value : [value]; }

function withManners(element, given) {
  const palette = colours(element);
  const style = getComputedStyle(element);
  const size = Math.max(12, Math.round(parseFloat(style.fontSize) * 0.82));
  const text = { color: palette.ink, fontFamily: style.fontFamily, fontSize: size };
  const options = fill(given, palette);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const axis = (own) => ({
    ...own,
    axisLine: { show: own.type === "category", lineStyle: { color: palette.line }, ...own.axisLine },
    axisTick: { show: false, ...own.axisTick },
    splitLine: { show: own.type !== "category", lineStyle: { color: palette.line }, ...own.splitLine },
    axisLabel: { color: palette.muted, fontSize: size, hideOverlap: true, ...own.axisLabel },
    nameTextStyle: { color: palette.muted, fontSize: size, ...own.nameTextStyle },
  });
  return {
    color: ORDER.map((name) => palette[name]),
    animation: !still,
    animationDuration: 400,
    ...options,
    textStyle: { ...text, ...options.textStyle },
    grid: list(options.grid ?? {}).map((own) => ({ left: 8, right: 16, top: options.legend ? 40 : 28, bottom: 8, containLabel: true, ...own })),
    tooltip: {
      trigger: options.xAxis ? "axis" : "item", valueFormatter: numbers,
      backgroundColor: palette.card, borderColor: palette.line, textStyle: text, confine: true,
      ...options.tooltip,
      renderMode: "richText",   // the html mode writes style attributes, which the content security policy refuses
    },
    ...(options.legend ? { legend: { top: 0, right: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, ...options.legend, textStyle: { ...text, color: palette.muted } } } : {}),
    ...(options.xAxis ? { xAxis: list(options.xAxis).map(axis), yAxis: list(options.yAxis ?? { type: "value" }).map(axis) } : {}),
    ...(options.radar ? { radar: list(options.radar).map((own) => ({
      axisName: { color: palette.ink, fontSize: size }, splitNumber: 4, radius: "66%",
      splitLine: { lineStyle: { color: palette.line } }, splitArea: { show: false }, axisLine: { lineStyle: { color: palette.line } }, ...own,
    })) } : {}),
  };
}

function optionsOf(element) {
  const source = document.getElementById(element.dataset.chart);
  return source ? JSON.parse(source.textContent) : null;
}

async function draw(element) {
  const given = optionsOf(element);
  if (!given) return;
  const echarts = await loadLibrary();
  let chart = charts.get(element);
  if (!chart) {
    chart = echarts.init(element, null, { renderer: "canvas" });
    charts.set(element, chart);
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  chart.setOption(withManners(element, given), true);
  element.dataset.drawn = "";
}

function drawAll(root) {
  for (const element of root.querySelectorAll("[data-chart]")) if (!("drawn" in element.dataset)) draw(element);
}

function forgetGone() {
  for (const [element, chart] of charts) if (!element.isConnected) { chart.dispose(); charts.delete(element); }
}

drawAll(document);
document.addEventListener("htmx:afterSettle", () => { forgetGone(); drawAll(document); });
document.addEventListener("greenlink:theme", () => { for (const element of charts.keys()) draw(element); });
document.addEventListener("greenlink:redraw", (event) => {
  for (const element of (event.target.querySelectorAll?.("[data-chart]") ?? [])) draw(element);
});
