import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ProductCard } from "../wire";
import { useLanguage } from "../words";
import { Card } from "./card";
import { BackIcon, OnIcon } from "./icons";

/** Goods in a row that scrolls sideways, by finger, wheel, keyboard or arrow. */
export function Carousel({ cards }: { cards: readonly ProductCard[] }) {
  const { say } = useLanguage();
  const row = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState({ start: true, finish: true });

  const look = () => {
    const area = row.current;
    if (!area) return;
    // From right to left it counts downwards from 0.
    const gone = Math.abs(area.scrollLeft);
    const start = gone < 8;
    const finish = gone + area.clientWidth > area.scrollWidth - 8;
    setEnds((now) => (now.start === start && now.finish === finish ? now : { start, finish }));
  };

  useLayoutEffect(look, [cards.length]);

  const move = (direction: 1 | -1) => {
    const area = row.current;
    if (!area) return;
    const step = (area.querySelector("li")?.clientWidth ?? 0) + 10;
    const forward = getComputedStyle(area).direction === "rtl" ? -step : step;
    area.scrollBy({ left: direction * forward, behavior: "auto" });
  };

  return (
    <div class={`cards ${cards.length === 1 ? "cards-one" : ""}`}>
      <ul ref={row} aria-label={say("cards")} onScroll={look}>
        {cards.map((card) => (
          <Card key={card.product_id} card={card} />
        ))}
      </ul>
      {!ends.start && (
        <button
          type="button"
          class="arrow arrow-back"
          aria-label={say("cards_back")}
          onClick={() => {
            move(-1);
          }}
        >
          <BackIcon />
        </button>
      )}
      {!ends.finish && (
        <button
          type="button"
          class="arrow arrow-on"
          aria-label={say("cards_on")}
          onClick={() => {
            move(1);
          }}
        >
          <OnIcon />
        </button>
      )}
    </div>
  );
}
