import { waitBefore } from "../shared/backoff";
import { readFrame, type ServerFrame, type Page } from "./wire";
import type { Utterance } from "./rest";

export type ClientFrame =
  | ({ type: "message"; client_message_id: string; page?: Page } & Utterance)
  | { type: "typing"; on: boolean };

export interface SocketHandlers {
  /** The socket opened and has shown its token. */
  up(): void;
  /** It closed, or could not be opened: another attempt follows by itself. */
  down(): void;
  frame(frame: ServerFrame): void;
}

const STEADY_AFTER_MS = 5_000;

/** The chat's WebSocket, kept open: it comes back by itself until it is closed. */
export class ChatSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private steady: ReturnType<typeof setTimeout> | undefined;
  private token: string | null = null;

  constructor(
    private readonly address: string,
    private readonly handlers: SocketHandlers,
    private readonly makeSocket: (address: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  get isUp(): boolean {
    return this.socket?.readyState === 1;
  }

  open(token: string): void {
    this.close();
    this.token = token;
    this.attempt = 0;
    window.addEventListener("online", this.hurry);
    this.connect();
  }

  close(): void {
    this.token = null;
    window.removeEventListener("online", this.hurry);
    clearTimeout(this.retry);
    clearTimeout(this.steady);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Drops a socket that looks open and says nothing; a new one follows. */
  replace(): void {
    this.socket?.close();
    this.lose(this.socket);
  }

  /** False when the socket is not up: the caller finds another way. */
  send(frame: ClientFrame): boolean {
    if (!this.socket || !this.isUp) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private readonly hurry = (): void => {
    if (this.socket || this.token === null) return;
    clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    const token = this.token;
    let socket: WebSocket;
    try {
      socket = this.makeSocket(this.address);
    } catch {
      // A page may forbid sockets altogether (connect-src): requests go on without.
      this.lose(null);
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      socket.send(JSON.stringify({ type: "auth", token }));
      this.steady = setTimeout(() => {
        this.attempt = 0;
      }, STEADY_AFTER_MS);
      this.handlers.up();
    };
    socket.onmessage = (event) => {
      const frame = socket === this.socket ? readFrame(event.data) : null;
      if (frame) this.handlers.frame(frame);
    };
    socket.onclose = () => {
      this.lose(socket);
    };
  }

  private lose(socket: WebSocket | null): void {
    // A socket that was replaced or closed on purpose has nothing more to say.
    if (socket !== this.socket || this.token === null) return;
    this.socket = null;
    clearTimeout(this.steady);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.connect();
    }, waitBefore(this.attempt++));
    this.handlers.down();
  }
}
