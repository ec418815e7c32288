import { preferences } from "../preferences";

const TONE_S = 0.16;
const TITLE = "Shopkeeper";

/** A short two-note tone, made on the spot: there is no file to load. */
export function chime(audio: AudioContext): void {
  for (const [at, hertz] of [
    [0, 660],
    [TONE_S * 0.7, 880],
  ] as const) {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + at;
    note.type = "sine";
    note.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.09, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + TONE_S);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + TONE_S);
  }
}

let audio: AudioContext | null = null;

export function playChime(): void {
  audio ??= new AudioContext();
  const context = audio;
  // A browser lets no tab sound before it was touched.
  if (context.state === "suspended") {
    void context.resume().then(() => {
      chime(context);
    });
  } else {
    chime(context);
  }
}

export interface Call {
  /** One notification for each: a later one takes its place. */
  about: string;
  title: string;
  body: string;
  open: () => void;
}

/** Draw the agent's eye and ear, as far as they asked for it. */
export function callAttention({ about, title, body, open }: Call): void {
  if (preferences().sound) playChime();
  if (!preferences().notifications || !document.hidden) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const notice = new Notification(title, { body, tag: about });
  notice.onclick = () => {
    window.focus();
    open();
    notice.close();
  };
}

/** How many wait, in the tab's title. */
export function countInTitle(waiting: number): void {
  document.title = waiting > 0 ? `(${waiting}) ${TITLE}` : TITLE;
}
