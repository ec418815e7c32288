import {
  BarController,
  BarElement,
  CategoryScale,
  Chart as Drawing,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from "chart.js";
import { useEffect, useRef, useState } from "react";
import { usePreferences } from "../../preferences";
import { useLanguage } from "../../words";

Drawing.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** Which of the five colours. */
  tone: 1 | 2 | 3 | 4 | 5;
}

interface ChartProps {
  label: string;
  kind: "line" | "bar";
  /** What lies along the axis. */
  names: readonly string[];
  series: readonly Series[];
  stacked?: boolean;
  /** Bars from left to right, for names that are long. */
  lying?: boolean;
  /** How a value is written. */
  write?: (value: number) => string;
  height?: number;
  /** What the values may be, where that is known. */
  range?: readonly [number, number];
}

/** A drawn chart, with a legend of words, and a table for those who do not see it. */
export function Chart(props: ChartProps) {
  const { label, names, series, write = String, height = 220 } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    if (!canvas.current) return undefined;
    const drawing = new Drawing(canvas.current, configure(props, canvas.current));
    return () => {
      drawing.destroy();
    };
  }, [props, scheme]);
  return (
    <figure className="chart" aria-label={label}>
      {series.length > 1 && (
        <ul className="legend" aria-hidden="true">
          {series.map((one) => (
            <li key={one.label}>
              <span className={`legend-mark tone-${one.tone}`} />
              {one.label}
            </li>
          ))}
        </ul>
      )}
      <div className="chart-frame" style={{ height }} aria-hidden="true">
        <canvas ref={canvas} />
      </div>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <thead>
          <tr>
            <td />
            {series.map((one) => (
              <th key={one.label} scope="col">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, at) => (
            <tr key={at}>
              <th scope="row">{name}</th>
              {series.map((one) => {
                const value = one.values[at];
                return <td key={one.label}>{value == null ? "" : write(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function configure(props: ChartProps, place: Element): ChartConfiguration {
  const { kind, names, series, stacked = false, lying = false, write = String, range } = props;
  const ink = colour(place, "--ink-faint");
  const edge = colour(place, "--edge");
  const font = { family: getComputedStyle(place).fontFamily, size: 11.5 };
  const values = {
    beginAtZero: true,
    ...(range ? { min: range[0], max: range[1] } : {}),
    stacked,
    border: { display: false },
    grid: { color: edge },
    ticks: {
      color: ink,
      font,
      maxTicksLimit: 5,
      ...(range ? {} : { precision: 0 }),
      callback: (value: string | number) => write(Number(value)),
    },
  };
  const along = {
    stacked,
    border: { color: edge },
    grid: { display: false },
    ticks: { color: ink, font, maxRotation: 0, autoSkipPadding: 12 },
  };
  return {
    type: kind,
    data: {
      labels: [...names],
      datasets: series.map((one) => {
        const tone = colour(place, `--series-${one.tone}`);
        return {
          label: one.label,
          data: [...one.values],
          borderColor: tone,
          backgroundColor: kind === "line" ? fade(tone) : tone,
          borderWidth: kind === "line" ? 2 : 0,
          borderRadius: 3,
          maxBarThickness: 26,
          // A single value is no line.
          pointRadius: names.length > 20 && valued(one) > 1 ? 0 : 2.5,
          pointBackgroundColor: tone,
          fill: kind === "line" && series.length === 1,
          tension: 0.25,
          spanGaps: true,
        };
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: lying ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: lying ? "y" : "x" },
      scales: lying ? { x: values, y: along } : { x: along, y: values },
      plugins: {
        tooltip: {
          backgroundColor: colour(place, "--ink"),
          titleColor: colour(place, "--paper"),
          bodyColor: colour(place, "--paper"),
          titleFont: font,
          bodyFont: font,
          padding: 8,
          cornerRadius: 6,
          boxPadding: 4,
          callbacks: {
            label: ({ dataset, parsed }) => {
              const value = lying ? parsed.x : parsed.y;
              return ` ${dataset.label ?? ""}: ${value == null ? "" : write(value)}`;
            },
          },
        },
      },
    },
  };
}

function valued(series: Series): number {
  return series.values.filter((value) => value !== null).length;
}

/** A colour of the page's, as a canvas reads it: `light-dark()` means nothing there. */
function colour(place: Element, property: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${property})`;
  (place.parentElement ?? document.body).append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function fade(tone: string): string {
  return tone.replace(/^rgb\((.*)\)$/, "rgba($1, 0.12)");
}

/** Changes when the page turns light or dark. */
function useScheme(): string {
  const { theme } = usePreferences();
  const { locale } = useLanguage();
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const turn = () => {
      setDark(media.matches);
    };
    media.addEventListener("change", turn);
    return () => {
      media.removeEventListener("change", turn);
    };
  }, []);
  return `${theme}/${String(dark)}/${locale}`;
}
