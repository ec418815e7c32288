interface StarsProps {
  rating: number;
  /** Says the rating to those who do not see the stars. */
  label: string;
}

const STAR = "M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8L10 14.9l-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z";

/** Five stars, filled to the tenth. */
export function Stars({ rating, label }: StarsProps) {
  return (
    <span class="stars" role="img" aria-label={label}>
      {[0, 1, 2, 3, 4].map((at) => (
        <svg key={at} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
          <path d={STAR} class="star-off" />
          <path
            d={STAR}
            class="star-on"
            style={{
              clipPath: `inset(0 ${100 - Math.max(0, Math.min(1, rating - at)) * 100}% 0 0)`,
            }}
          />
        </svg>
      ))}
    </span>
  );
}
