/** What was written into a field of a form, without the space around it. */
export function formWords(form: FormData, field: string): string {
  const words = form.get(field);
  return typeof words === "string" ? words.trim() : "";
}
