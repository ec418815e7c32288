import { Stars } from "../../shared/stars";
import type { ProductDetail } from "../api";
import { useLanguage } from "../words";

export function Reviews({ product }: { product: ProductDetail }) {
  const { say, locale } = useLanguage();
  const { reviews, rating } = product;
  return (
    <section class="reviews">
      <div class="reviews-head">
        <h2>{say("reviews")}</h2>
        {rating ? (
          <p class="reviews-sum">
            <strong>{rating.toFixed(1)}</strong>
            <Stars rating={rating} label={say("rating", { rating })} />
            <span>{say("reviews_count", { count: product.rating_count })}</span>
          </p>
        ) : null}
      </div>
      {reviews.length === 0 && <p class="reviews-none">{say("no_reviews")}</p>}
      <ul class="reviews-list">
        {reviews.map((review, at) => (
          <li key={at}>
            <Stars rating={review.rating} label={say("rating", { rating: review.rating })} />
            {review.title && <h3>{review.title}</h3>}
            <p>{review.text}</p>
            <p class="review-by">
              {review.author ?? say("anonymous")}
              {" · "}
              <time dateTime={review.created_at}>
                {new Date(review.created_at).toLocaleDateString(locale, { dateStyle: "medium" })}
              </time>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
