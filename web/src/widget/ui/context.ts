import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../chat";

export const ChatContext = createContext<Chat | null>(null);

/** The conversation that the whole tree shows. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error("the tree stands outside a ChatContext");
  return chat;
}
