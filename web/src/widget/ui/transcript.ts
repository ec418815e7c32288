import type { Chat } from "../chat";
import { problemKind } from "../delivery";

/** Hands the shopper the conversation as a file of text. */
export function saveTranscript(chat: Chat, name: string): void {
  chat
    .ask((rest, token) => rest.transcript(token))
    .then(
      (text) => {
        const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
        const link = document.createElement("a");
        link.href = address;
        link.download = `${name}.txt`;
        link.click();
        // The browser reads it after this turn.
        setTimeout(() => {
          URL.revokeObjectURL(address);
        }, 10_000);
      },
      (failure: unknown) => {
        chat.fail({ kind: problemKind(failure) });
      },
    );
}
