/** The conversation that an address names, or null for the list alone. */
export function conversationAt(path: string): string | null {
  const id = /^\/c\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}

export function conversationPath(id: string): string {
  return `/c/${encodeURIComponent(id)}`;
}
