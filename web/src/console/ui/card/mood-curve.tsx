import type { MoodPoint, StaffMessage } from "../../wire";
import { useLanguage } from "../../words";

const WIDTH = 300;
const HEIGHT = 64;
const EDGE = 8;

interface MoodCurveProps {
  points: readonly MoodPoint[];
  messages: readonly StaffMessage[];
}

/** How the shopper felt, message by message. */
export function MoodCurve({ points, messages }: MoodCurveProps) {
  const { say, name } = useLanguage();
  const words = new Map(messages.map(({ id, text }) => [id, text]));
  const x = (at: number) => EDGE + (at * (WIDTH - 2 * EDGE)) / Math.max(1, points.length - 1);
  const y = (mood: number) =>
    EDGE + ((1 - Math.max(-1, Math.min(1, mood))) / 2) * (HEIGHT - 2 * EDGE);
  const line = points.map(({ mood }, at) => `${x(at).toFixed(1)},${y(mood).toFixed(1)}`).join(" ");
  const last = points.at(-1);
  return (
    <figure>
      <svg
        className="curve"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={say("mood_curve.label", {
          first: name("mood", points[0]?.label ?? "neutral"),
          last: name("mood", last?.label ?? "neutral"),
          count: points.length,
        })}
      >
        <line className="curve-zero" x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        <polyline className="curve-line" points={line} />
        {points.map((point, at) => (
          <circle
            key={point.message_id}
            className={`curve-point curve-${point.label}`}
            cx={x(at)}
            cy={y(point.mood)}
            r="4"
          >
            <title>{words.get(point.message_id) ?? name("mood", point.label)}</title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}
