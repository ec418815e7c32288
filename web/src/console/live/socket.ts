import { waitBefore } from "../../shared/backoff";
import type { ClientFrame, ServerFrame } from "../wire";

export interface LinkHandlers {
  /** The server has let us in. */
  up(): void;
  /** The line is gone; another attempt follows by itself. */
  down(): void;
  /** The server has ended our session: no attempt follows. */
  refused(): void;
  frame(frame: ServerFrame): void;
}

const PING_EVERY_MS = 20_000;
const SILENCE_MS = 45_000;
const SIGNED_OUT = 4401;

/** The staff's WebSocket, kept open, and replaced when it looks open and says nothing. */
export class StaffSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private wanted = false;

  constructor(
    private readonly address: string,
    private readonly csrf: () => string | null,
    private readonly handlers: LinkHandlers,
    private readonly makeSocket: (address: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  open(): void {
    if (this.wanted) return;
    this.wanted = true;
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  close(): void {
    this.wanted = false;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.retry);
    clearInterval(this.pulse);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** False when the line is down: what was to be said is not worth keeping. */
  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private readonly hurry = (): void => {
    if (!this.wanted || this.socket || document.hidden) return;
    clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    const socket = this.makeSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.heardAt = Date.now();
      this.send({ type: "auth", csrf_token: this.csrf() ?? "" });
      this.pulse = setInterval(() => {
        this.beat(socket);
      }, PING_EVERY_MS);
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket !== this.socket) return;
      this.heardAt = Date.now();
      const frame = JSON.parse(event.data) as ServerFrame;
      if (frame.type === "ready") {
        this.attempt = 0;
        this.handlers.up();
      }
      this.handlers.frame(frame);
    };
    socket.onclose = (event) => {
      this.lose(socket, event.code);
    };
  }

  private beat(socket: WebSocket): void {
    if (Date.now() - this.heardAt > SILENCE_MS) {
      socket.close();
      this.lose(socket, 1006);
    } else {
      this.send({ type: "ping" });
    }
  }

  private lose(socket: WebSocket, code: number): void {
    // One that was replaced or closed on purpose has nothing more to say.
    if (socket !== this.socket || !this.wanted) return;
    this.socket = null;
    clearInterval(this.pulse);
    clearTimeout(this.retry);
    if (code === SIGNED_OUT) {
      this.close();
      this.handlers.refused();
      return;
    }
    this.retry = setTimeout(() => {
      this.connect();
    }, waitBefore(this.attempt++));
    this.handlers.down();
  }
}

export function socketAddress(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/staff/ws`;
}
