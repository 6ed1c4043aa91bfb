/** A stretch of the user's source, or new text. */
export type Piece = string | { readonly start: number; readonly end: number };

/**
 * Insertions into a source text.
 *
 * At one position what closes comes before what opens: suffixes of inner nodes, suffixes of outer nodes, prefixes of outer nodes, prefixes of inner nodes.
 */
export interface Edits {
  /** Before a node that begins here. `end`: where that node ends. */
  before(position: number, text: string, end: number): void;
  /** After a node that ends here. `start`: where that node begins. */
  after(position: number, text: string, start: number): void;
  /** The whole text with all insertions. */
  pieces(): readonly Piece[];
}

interface Insertion {
  readonly position: number;
  readonly text: string;
  readonly opens: boolean;
  readonly weight: number;
}

export function createEdits(code: string): Edits {
  const insertions: Insertion[] = [];
  return {
    before: (position, text, end) => void insertions.push({ position, text, opens: true, weight: end }),
    after: (position, text, start) => void insertions.push({ position, text, opens: false, weight: start }),
    pieces() {
      const pieces: Piece[] = [];
      let from = 0;
      for (const { position, text } of insertions.toSorted(inOrder)) {
        if (position > from) pieces.push({ start: from, end: position });
        from = position;
        pieces.push(text);
      }
      if (from < code.length) pieces.push({ start: from, end: code.length });
      return pieces;
    },
  };
}

function inOrder(a: Insertion, b: Insertion): number {
  return a.position - b.position || Number(a.opens) - Number(b.opens) || b.weight - a.weight;
}
