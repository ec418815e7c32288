interface BarsProps {
  rows: readonly { key: string; name: string; value: number; words?: string }[];
}

/** Amounts side by side, longest first as given. */
export function Bars({ rows }: BarsProps) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <ul className="bars">
      {rows.map(({ key, name, value, words }) => (
        <li key={key} className="bar">
          <span className="bar-name clip" title={name}>
            {name}
          </span>
          <span className="bar-track" aria-hidden="true">
            <span className="bar-fill" style={{ width: `${(value / most) * 100}%` }} />
          </span>
          <span className="bar-value tabular">{words ?? value}</span>
        </li>
      ))}
    </ul>
  );
}
