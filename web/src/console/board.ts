/** Charts of the console. An element `<div class="chart" data-option="ID" data-refresh="URL" data-every="30">` shows the ECharts option
    in `<script type="application/json" id="ID">` (Django's json_script); with data-refresh it asks that address for a new one. */
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

const refresh = async (element: HTMLElement): Promise<void> => {
  const response = document.hidden ? undefined : await fetch(element.dataset["refresh"]!).catch(() => undefined);
  if (response?.ok) charts.get(element)?.setOption((await response.json()) as EChartsCoreOption);
};

const all = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".chart[data-option]")];

const start = (element: HTMLElement): void => {
  draw(element, optionOf(element));
  if (element.dataset["refresh"]) setInterval(() => void refresh(element), Number(element.dataset["every"] ?? 30) * 1000);
};

const fit = (): void => charts.forEach((chart) => chart.resize());

all().forEach(start);
addEventListener("resize", fit);
addEventListener("beforeprint", fit);
addEventListener("afterprint", fit);
new MutationObserver(() => all().forEach((element) => draw(element, optionOf(element)))).observe(document.documentElement, { attributeFilter: ["class"] });
