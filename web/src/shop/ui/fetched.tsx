import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ShopError } from "../api";
import { useLanguage } from "../words";
import { Missing, Trouble } from "./trouble";

interface FetchedProps<T> {
  fetch: (signal?: AbortSignal) => Promise<T>;
  onFetched?: (value: T) => void;
  children: (value: T) => ComponentChildren;
}

/** A page over something fetched once: until it is there it says so, and what went wrong. */
export function Fetched<T>({ fetch, onFetched, children }: FetchedProps<T>) {
  const { say } = useLanguage();
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<number | null>(null);

  const load = (signal?: AbortSignal) => {
    setFailure(null);
    fetch(signal).then(
      (fetched) => {
        setValue(fetched);
        onFetched?.(fetched);
      },
      (error: unknown) => {
        if (!signal?.aborted) setFailure(error instanceof ShopError ? error.status : 0);
      },
    );
  };
  useEffect(() => {
    const stop = new AbortController();
    load(stop.signal);
    return () => {
      stop.abort();
    };
  }, []);

  if (failure === 404) return <Missing />;
  if (failure !== null) {
    return (
      <Trouble
        onRetry={() => {
          load();
        }}
      />
    );
  }
  return value === null ? <p class="notice">{say("loading")}</p> : <>{children(value)}</>;
}
