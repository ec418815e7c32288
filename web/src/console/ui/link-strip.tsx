import { LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useConsole } from "../context";
import { useSignal } from "../live/signal";
import { useLanguage } from "../words";

/** A moment without a line is not worth a word. */
const WORTH_TELLING_MS = 1_500;

/** Says so while the line to the shop is down; what is written then is kept and sent later. */
export function LinkStrip() {
  const { live } = useConsole();
  const { say } = useLanguage();
  const link = useSignal(live.link);
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (link === "up") {
      setLong(false);
      return undefined;
    }
    const clock = setTimeout(() => {
      setLong(true);
    }, WORTH_TELLING_MS);
    return () => {
      clearTimeout(clock);
    };
  }, [link]);
  if (!long || link === "up") return null;
  return (
    <div className="strip" role="status">
      <LoaderCircle size={15} className="spin" aria-hidden="true" />
      {say("reconnecting")}
    </div>
  );
}
