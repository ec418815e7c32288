import type { Mark } from "./wire";

/** A stretch of text, with the mark that lies on it. */
export interface Stretch {
  text: string;
  start: number;
  mark: Mark | null;
}

export interface Range {
  start: number;
  end: number;
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’.@_+-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu;

/** The text in stretches, marked and plain in turn; of marks that overlap the first one is shown. */
export function stretches(text: string, marks: readonly Mark[]): Stretch[] {
  const found: Stretch[] = [];
  let done = 0;
  for (const mark of inOrder(marks)) {
    if (mark.start < done || mark.end > text.length) continue;
    if (mark.start > done) {
      found.push({ text: text.slice(done, mark.start), start: done, mark: null });
    }
    found.push({ text: text.slice(mark.start, mark.end), start: mark.start, mark });
    done = mark.end;
  }
  if (done < text.length) found.push({ text: text.slice(done), start: done, mark: null });
  return found;
}

/** Where the words stand. Signs of their own, as in Chinese, are cut where their script cuts them. */
export function words(text: string, locale: string): Range[] {
  if (typeof Intl.Segmenter === "function") {
    const parts = new Intl.Segmenter(locale, { granularity: "word" }).segment(text);
    return [...parts]
      .filter(({ isWordLike }) => isWordLike)
      .map(({ index, segment }) => ({ start: index, end: index + segment.length }));
  }
  return [...text.matchAll(WORD)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The range without the blanks at its ends; null where nothing is left. */
export function trimmed(text: string, range: Range): Range | null {
  let { start, end } = range;
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return start < end ? { start, end } : null;
}

/** The marks with one more; what it lies upon goes. */
export function withMark(
  marks: readonly Mark[],
  text: string,
  range: Range,
  entity: string,
  role: Mark["role"] = "include",
): Mark[] {
  const added: Mark = { entity, role, value: text.slice(range.start, range.end), ...range };
  return inOrder([...withoutMark(marks, range), added]);
}

/** The marks without those that touch a range. */
export function withoutMark(marks: readonly Mark[], range: Range): Mark[] {
  return marks.filter((mark) => mark.end <= range.start || range.end <= mark.start);
}

export function sameMarks(one: readonly Mark[], other: readonly Mark[]): boolean {
  const written = (marks: readonly Mark[]) =>
    JSON.stringify(inOrder(marks).map((m) => [m.entity, m.role, m.start, m.end]));
  return written(one) === written(other);
}

function inOrder(marks: readonly Mark[]): Mark[] {
  return [...marks].sort((one, other) => one.start - other.start || other.end - one.end);
}
