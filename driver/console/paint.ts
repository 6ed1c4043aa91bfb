const CODES = { dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Wraps text in a terminal's colour. */
export type Paint = (color: keyof typeof CODES, text: string) => string;

export function createPaint(enabled: boolean): Paint {
  if (!enabled) return (_, text) => text;
  return (color, text) => `\x1b[${CODES[color][0]}m${text}\x1b[${CODES[color][1]}m`;
}
