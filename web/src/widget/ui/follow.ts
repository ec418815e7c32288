import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR_PX = 80;
const HEADROOM_PX = 14;

/** What the conversation's scrolling goes by. */
interface Newest {
  key: string | undefined;
  isOwn: boolean;
  /** Changes with whatever else grows at the bottom: typing, quick replies. */
  tail: string;
}

/**
 * Keeps the newest in sight, and the reader in peace.
 *
 * A whole answer is shown from its beginning when it is taller than the window (`[data-turn]` marks
 * its first line), otherwise the bottom is. Whoever has scrolled up stays there until they come
 * back, or say something themselves.
 */
export function useFollow(newest: Newest) {
  const area = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  // Where a scroll of ours is heading: until it is there, it is not the reader who moves.
  const aim = useRef<number | null>(null);
  const isFirst = useRef(true);
  const [hasNews, setHasNews] = useState(false);

  const follow = (behavior: ScrollBehavior) => {
    const box = area.current;
    if (!box) return;
    const turn = box.querySelector<HTMLElement>("[data-turn]");
    const end = box.scrollHeight - box.clientHeight;
    const top = turn ? Math.min(end, turn.offsetTop - HEADROOM_PX) : end;
    isFollowing.current = true;
    aim.current = Math.max(0, top);
    box.scrollTo({ top, behavior });
    setHasNews(false);
  };

  useLayoutEffect(() => {
    if (isFollowing.current || newest.isOwn) follow(isFirst.current ? "instant" : "auto");
    else setHasNews(true);
    isFirst.current = newest.key === undefined;
  }, [newest.key, newest.tail]);

  useEffect(() => {
    const box = area.current;
    if (!box) return;
    const look = () => {
      if (aim.current !== null && Math.abs(box.scrollTop - aim.current) > 2) return;
      aim.current = null;
      if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX) {
        isFollowing.current = true;
        setHasNews(false);
      }
    };
    const takeOver = () => {
      aim.current = null;
      isFollowing.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    };
    // The keyboard, or a problem line, takes room from below.
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) follow("instant");
    });
    observer.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    const hands = ["wheel", "touchmove", "pointerdown", "keydown"];
    for (const hand of hands) box.addEventListener(hand, takeOver, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
      for (const hand of hands) box.removeEventListener(hand, takeOver);
    };
  }, []);

  return { area, hasNews, follow };
}
