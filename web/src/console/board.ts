/** Charts of the console. An element `<div class="board__chart" data-option="ID">` shows the ECharts option in
    `<script type="application/json" id="ID">` (Django's json_script).

    A live page: inside `[data-live-every="SECONDS"]` the page asks its own address again and takes over what changed in
    the elements marked `data-live` (each with an id) and in the options of its charts. So there is one template, and the
    page is complete without this script. When an answer fails, `[data-live-failed]` is shown.

    Parts that htmx puts into a page later (a dry run that has finished) bring charts of their own: they are drawn as
    they come. The script may stand in a page more than once. */
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, SVGRenderer]);

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const theme = (): object => {
  const axis = {
    axisLine: { lineStyle: { color: token("--line-strong") } },
    axisLabel: { color: token("--text-quiet") },
    splitLine: { lineStyle: { color: token("--line") } },
    nameTextStyle: { color: token("--text-quiet") },
  };
  const text = { color: token("--text"), fontFamily: token("--font") };
  return {
    color: [1, 2, 3, 4, 5].map((n) => token(`--chart-${n}`)),
    textStyle: { fontFamily: token("--font") },
    title: { textStyle: { ...text, fontSize: 16, fontWeight: 600 }, subtextStyle: { ...text, color: token("--text-quiet") } },
    legend: { textStyle: text },
    bar: { label: { color: token("--text"), textBorderWidth: 0 } },
    tooltip: { backgroundColor: token("--surface"), borderColor: token("--line"), textStyle: text },
    categoryAxis: axis,
    valueAxis: axis,
    timeAxis: axis,
  };
};

const charts = new Map<HTMLElement, ECharts>();

const optionOf = (element: HTMLElement): EChartsCoreOption =>
  JSON.parse(document.getElementById(element.dataset["option"] ?? "")?.textContent ?? "{}") as EChartsCoreOption;

const draw = (element: HTMLElement, option: EChartsCoreOption): void => {
  charts.get(element)?.dispose();
  const chart = init(element, theme(), { renderer: "svg" });
  chart.setOption({ aria: { enabled: true }, animation: false, ...option });
  charts.set(element, chart);
};

const all = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".board__chart[data-option]")];

const start = (element: HTMLElement): void => draw(element, optionOf(element));

/** Takes over from `fresh` the content of the element with `id`; true when it changed. */
const takeOver = (fresh: Document, id: string): boolean => {
  const [here, there] = [document.getElementById(id), fresh.getElementById(id)];
  if (!here || !there || here.innerHTML === there.innerHTML) return false;
  here.innerHTML = there.innerHTML;
  return true;
};

const redrawChanged = (fresh: Document): void => {
  for (const element of all()) {
    if (takeOver(fresh, element.dataset["option"] ?? "")) charts.get(element)?.setOption(optionOf(element));
  }
};

const refresh = async (board: HTMLElement): Promise<void> => {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
  const arrived = response?.ok === true && !response.redirected;
  board.querySelectorAll<HTMLElement>("[data-live-failed]").forEach((sign) => (sign.hidden = arrived));
  if (!arrived) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  board.querySelectorAll<HTMLElement>("[data-live]").forEach((element) => takeOver(fresh, element.id));
  redrawChanged(fresh);
};

const live = (board: HTMLElement): void => {
  setInterval(() => void refresh(board), Number(board.dataset["liveEvery"]) * 1000);
  document.addEventListener("visibilitychange", () => void refresh(board));
};

const fit = (): void => charts.forEach((chart) => chart.resize());

/** Draws what has come into the page, lets go of what has left it. */
const drawNew = (): void => {
  for (const [element, chart] of charts) {
    if (element.isConnected) continue;
    chart.dispose();
    charts.delete(element);
  }
  all().filter((element) => !charts.has(element)).forEach(start);
};

const begin = (): void => {
  all().forEach(start);
  document.querySelectorAll<HTMLElement>("[data-live-every]").forEach(live);
  document.querySelectorAll<HTMLElement>("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
  addEventListener("resize", fit);
  matchMedia("print").addEventListener("change", () => all().forEach(start));
  addEventListener("beforeprint", fit);
  addEventListener("afterprint", fit);
  document.addEventListener("htmx:afterSettle", drawNew);
  new MutationObserver(() => all().forEach((element) => draw(element, optionOf(element)))).observe(document.documentElement, { attributeFilter: ["class"] });
};

if (document.documentElement.dataset["board"] === undefined) {
  document.documentElement.dataset["board"] = "";
  begin();
}
