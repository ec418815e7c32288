import type { Person } from "./wire";

const BASE = "/api/staff";

/** The shop said no, or nothing at all (`status` 0). */
export class StaffApiError extends Error {
  override readonly name = "StaffApiError";

  constructor(
    readonly status: number,
    readonly code = "unreachable",
    readonly detail = "",
    readonly owner: Person | null = null,
    /** Seconds after which asking again is welcome. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${status} ${code}`);
  }

  /** True where the same request may go well a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface Refusal {
  error?: string;
  detail?: unknown;
  owner?: Person;
  retry_after?: number;
}

/** The staff API, with the token that guards whatever changes something. */
export class StaffApi {
  private csrf: string | null = null;

  /** @param signedOut Told when the session has ended on the server. */
  constructor(private readonly signedOut: () => void = () => undefined) {}

  trust(csrfToken: string | null): void {
    this.csrf = csrfToken;
  }

  get csrfToken(): string | null {
    return this.csrf;
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ask<T>("GET", path, undefined, signal);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.ask<T>("POST", path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>("PUT", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>("PATCH", path, body);
  }

  delete(path: string): Promise<void> {
    return this.ask<undefined>("DELETE", path);
  }

  private async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.csrf !== null && method !== "GET") headers["X-CSRF-Token"] = this.csrf;
    let reply: Response;
    try {
      reply = await fetch(BASE + path, {
        method,
        headers,
        credentials: "same-origin",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (failure) {
      if (signal?.aborted) throw failure;
      throw new StaffApiError(0);
    }
    if (!reply.ok) {
      const refusal = await readRefusal(reply);
      if (reply.status === 401 && path !== "/login") this.signedOut();
      throw refusal;
    }
    return (reply.status === 204 ? undefined : await reply.json()) as T;
  }
}

async function readRefusal(reply: Response): Promise<StaffApiError> {
  let said: Refusal = {};
  try {
    said = (await reply.json()) as Refusal;
  } catch {
    // A proxy's own page; the status tells enough.
  }
  const wait = said.retry_after ?? Number(reply.headers.get("Retry-After") ?? Number.NaN);
  return new StaffApiError(
    reply.status,
    said.error ?? "refused",
    typeof said.detail === "string" ? said.detail : "",
    said.owner ?? null,
    Number.isFinite(wait) ? wait : null,
  );
}

/** `?a=1&b=2` of what is there; a list repeats its name. */
export function query(values: Record<string, string | number | boolean | string[] | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "" || value === false) continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) search.append(name, one);
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
