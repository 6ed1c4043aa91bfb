/** How the two loops differ. */
export interface Mode {
  readonly slow: boolean;
  /** `r` must be no promise after this; `p` is set. */
  readonly settle: (s: number) => string;
  /** Code that runs only when step s was not done before the loop was resumed. */
  readonly call: (s: number, code: string) => string;
}

export const IS_PROMISE = "typeof r === 'object' && r instanceof Promise";

export const FAST: Mode = {
  slow: false,
  settle: (s) => `if (${IS_PROMISE}) { k = ${s}; break X; }`,
  call: (s, code) => `p = ${s}; ${code}`,
};

export const SLOW: Mode = {
  slow: true,
  settle: () => `if (${IS_PROMISE}) r = yield r;`,
  call: (s, code) => `p = ${s}; if (R === ${s}) R = -1; else { ${code} }`,
};
