interface FigureProps {
  title: string;
  value: string;
  hint?: string;
  alarm?: boolean;
}

/** One figure that somebody looks at first. */
export function Figure({ title, value, hint, alarm = false }: FigureProps) {
  return (
    <div className="figure" data-alarm={alarm || undefined}>
      <dt className="figure-title">{title}</dt>
      <dd>
        <span className="figure-value tabular">{value}</span>
        {hint && <span className="figure-hint">{hint}</span>}
      </dd>
    </div>
  );
}
