/* The big screen: scenes in turn, figures that count up once, fresh figures by polling, for a month without a reload. */

const body = document.body;
const scenes = [...document.querySelectorAll("[data-scene]")];
const sceneMs = Number(body.dataset.sceneSeconds) * 1000;
const pollMs = Number(body.dataset.pollSeconds) * 1000;
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const COUNT_MS = 1200;
const counted = new Set();
let paused = false;
let current = -1;
let version = null;

function shown(value, digits) {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function countUp(element) {
  const key = element.dataset.figure;
  if (counted.has(key)) return;
  counted.add(key);
  const end = Number(element.dataset.value);
  if (still || element.dataset.value === "" || !Number.isFinite(end)) return;
  const digits = Number(element.dataset.digits);
  const begun = performance.now();
  const step = (now) => {
    const share = Math.min((now - begun) / COUNT_MS, 1);
    element.textContent = shown(Number(element.dataset.value) * (1 - (1 - share) ** 3), digits);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function show(index) {
  current = (index + scenes.length) % scenes.length;
  for (const [place, scene] of scenes.entries()) {
    scene.toggleAttribute("data-active", place === current);
    scene.toggleAttribute("inert", place !== current);
  }
  const active = scenes[current];
  for (const choice of document.querySelectorAll("[data-choice]")) {
    if (choice.dataset.choice === active.dataset.scene) choice.setAttribute("aria-current", "true");
    else choice.removeAttribute("aria-current");
  }
  active.querySelectorAll("[data-figure]").forEach(countUp);
}

function startScenes() {
  const first = JSON.parse(document.getElementById("screen-first").textContent);
  show(Math.max(scenes.findIndex((scene) => scene.dataset.scene === first), 0));
  if (body.dataset.fixed) return;
  setInterval(() => { if (!paused) show(current + 1); }, sceneMs);
  const pause = document.querySelector("[data-pause]");
  pause?.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(current + 1);
    if (event.key === "ArrowLeft") show(current - 1);
  });
}

function fillFigures(figures) {
  for (const figure of figures ?? []) {
    const element = document.querySelector(`[data-figure="${figure.key}"]`);
    if (!element) continue;
    element.dataset.value = figure.value ?? "";
    element.dataset.digits = figure.digits;
    element.textContent = figure.text;
    const note = document.querySelector(`[data-note="${figure.key}"]`);
    if (note) note.textContent = figure.note;
  }
}

function fillRows(id, table) {
  const target = document.querySelector(`[data-rows="${id}"]`);
  if (!target || !table) return;
  target.replaceChildren(...table.rows.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map((text) => { const cell = document.createElement("td"); cell.textContent = text; return cell; }));
    return row;
  }));
}

function fillChart(id, chart) {
  const source = document.getElementById(`${id}-options`);
  if (!source || !chart?.options) return;
  fillRows(id, chart);
  const text = JSON.stringify(chart.options);
  if (source.dataset.last === text) return;
  source.dataset.last = text;
  source.textContent = text;
  source.parentElement.dispatchEvent(new CustomEvent("greenlink:redraw", { bubbles: true }));
}

function fillMap(scene) {
  for (const tile of scene.tiles) {
    const element = document.querySelector(`[data-tile="${tile.code}"]`);
    if (!element) continue;
    for (let depth = 0; depth <= 5; depth += 1) element.classList.toggle(`tile--${depth}`, depth === tile.depth);
    element.querySelector("[data-tile-text]").textContent = tile.text;
  }
  const group = document.querySelector("[data-arrows]");
  group?.replaceChildren(...scene.arrows.map((arrow) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", arrow.path);
    path.setAttribute("stroke-width", arrow.width);
    path.setAttribute("marker-end", "url(#arrow-head)");
    return path;
  }));
}

function fill(content) {
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = content[element.dataset.text] || "–";
  const { carbon, spark, ranking } = content.scenes;
  for (const figures of [carbon.figures, spark.figures, spark.long, ranking.figures]) fillFigures(figures);
  fillMap(carbon);
  fillChart("carbon-trend", carbon.trend);
  fillChart("spark-chart", spark.measures);
  fillRows("spark-measures", spark.measures);
  fillRows("ranking-top", ranking.top);
  fillRows("ranking-movers", ranking.movers);
  fillChart("ranking-grades", ranking.grades);
}

/* What appears or goes as a whole (a first ranking, a first project) is drawn by the server: then, and only then, reload. */
function shape(content) {
  const { carbon, spark, ranking } = content.scenes;
  return [!!carbon.trend.options, !!spark.measures.options, !!ranking.top].join();
}

async function poll() {
  const fresh = document.querySelector("[data-fresh]");
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 30000);
  try {
    const answer = await fetch(body.dataset.address, { signal: limit.signal, headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const content = await answer.json();
    if (version !== null && version !== shape(content)) { location.reload(); return; }
    version = shape(content);
    fill(content);
    fresh.removeAttribute("data-stale");
  } catch {
    fresh.setAttribute("data-stale", fresh.dataset.staleWord);
  } finally {
    clearTimeout(timer);
  }
}

startScenes();
setInterval(poll, pollMs);
