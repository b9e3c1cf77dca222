// The pictures of the dashboard, drawn by Chart.js from the data beside them; their tables are folded then. A colour is
// never alone: each series has a pattern or a dash of its own, and numbers stand in the picture where there is room.
const TILE = 8;
const BAR = 18;
const AROUND = 56;
const HEIGHT = 240;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function pattern(place) {
  const color = style(`--review-series-${place + 1}`);
  if (place === 0) return color;
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE;
  const pen = tile.getContext("2d");
  pen.fillStyle = color;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = pen.fillStyle = style("--review-surface");
  pen.lineWidth = 1.5;
  const lines = { 1: [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]], 3: [[0, 4, 8, 4]], 4: [[4, 0, 4, 8], [0, 4, 8, 4]] };
  for (const [x, y, toX, toY] of lines[place] ?? []) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
    pen.stroke();
  }
  if (place === 2) {
    pen.arc(4, 4, 1.5, 0, 2 * Math.PI);
    pen.fill();
  }
  return pen.createPattern(tile, "repeat");
}

// The number of each bar: beyond its end, or within a piece of a longer one.
const numbers = {
  id: "numbers",
  afterDatasetsDraw(chart, _, { kind }) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `600 12px ${window.Chart.defaults.font.family}`;
    ctx.textBaseline = "middle";
    for (const [place, { data: values }] of chart.data.datasets.entries()) {
      for (const [index, bar] of chart.getDatasetMeta(place).data.entries()) {
        const value = values[index];
        if (value === null) continue;
        const width = ctx.measureText(value).width;
        const { x, y, base } = bar.getProps(["x", "y", "base"], true);
        let at = [x + 6, y, "left"];
        if (kind === "bars") at = width > bar.width + 4 ? null : [x, y - 9, "center"];
        if (kind === "stacked-lying") {
          at = x - base < width + 10 ? null : [(x + base) / 2, y, "center"];
          ctx.fillStyle = style("--review-surface");
          if (at) ctx.fillRect(at[0] - width / 2 - 3, y - 8, width + 6, 16);
        }
        if (!at) continue;
        ctx.fillStyle = chart.options.color;
        ctx.textAlign = at[2];
        ctx.fillText(value, at[0], at[1]);
      }
    }
    ctx.restore();
  },
};

function dataset({ name, values }, place, kind) {
  const color = style(`--review-series-${place + 1}`);
  if (kind === "lines") {
    return {
      label: name, data: values, borderColor: color, backgroundColor: color, borderWidth: 2,
      borderDash: place ? [6, 4] : [], pointStyle: place ? "rectRot" : "circle", pointRadius: values.length > 60 ? 2 : 4,
    };
  }
  const stack = kind.startsWith("stacked") ? "all" : undefined;
  return { label: name, data: values, stack, backgroundColor: pattern(place), borderColor: color, borderWidth: 1, maxBarThickness: 32 };
}

function options({ kind, unit, series }) {
  const lying = kind.endsWith("lying");
  const stacked = kind.startsWith("stacked");
  const line = { color: style("--review-line") };
  const count = { stacked, beginAtZero: true, max: unit === "%" ? 100 : undefined, grid: line, ticks: { precision: 0 } };
  const label = { stacked, grid: { display: false }, ticks: { maxRotation: 0, autoSkip: !lying, autoSkipPadding: 12 } };
  return {
    animation: false,
    maintainAspectRatio: false,
    locale: "nl",
    color: style("--review-text"),
    indexAxis: lying ? "y" : "x",
    layout: { padding: { top: kind === "bars" ? 18 : 4, right: kind === "lying" ? 32 : 8 } },
    interaction: { mode: "index", axis: lying ? "y" : "x", intersect: false },
    scales: lying ? { x: count, y: label } : { x: label, y: count },
    plugins: {
      numbers: ["lying", "bars", "stacked-lying"].includes(kind) ? { kind } : false,
      legend: {
        display: series.length > 1, align: "start", onClick: null,
        labels: { color: style("--review-text"), usePointStyle: kind === "lines", pointStyleWidth: 16, boxWidth: 20, boxHeight: kind === "lines" ? 8 : 12 },
      },
      tooltip: { callbacks: { label: ({ dataset: { label: name }, formattedValue }) => `${name}: ${formattedValue}` } },
    },
  };
}

function draw(canvas) {
  const picture = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  const { kind, labels, series } = picture;
  // Each keeps its colour, whatever is left out.
  const datasets = series.map((one, place) => dataset(one, place, kind)).filter(({ data }) => data.some(Boolean));
  const bars = labels.length * (kind === "lying" ? datasets.length * BAR + 10 : BAR + 22);
  canvas.parentElement.hidden = false;
  canvas.parentElement.style.blockSize = `${kind.endsWith("lying") ? bars + AROUND : HEIGHT}px`;
  window.Chart.getChart(canvas)?.destroy();
  new window.Chart(canvas, {
    type: kind === "lines" ? "line" : "bar",
    data: { labels, datasets },
    options: options(picture),
    plugins: [numbers],
  });
}

function drawAll() {
  window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  window.Chart.defaults.color = style("--review-quiet");
  for (const canvas of document.querySelectorAll("[data-chart]")) draw(canvas);
}

document.addEventListener("DOMContentLoaded", () => {
  drawAll();
  for (const { parentElement } of document.querySelectorAll("[data-chart]"))
    parentElement.closest("figure").querySelector("details").open = false;
  // By day and by night.
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["class"] });
});
