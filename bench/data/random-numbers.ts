/** sfc32: whole numbers in [0, 2^32), from integer operations alone, so that data are the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let d = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** A number in [0, 1). */
export function unit(random: () => number): number {
  return random() / 4294967296;
}

/** A whole number in [0, n). */
export function below(random: () => number, n: number): number {
  return Math.floor(unit(random) * n);
}
