let generated = 0;

/**
 * A function from source text of our own: only step numbers ever vary in it, nothing of the user's is pasted in.
 *
 * V8 shares code and type feedback between equal texts. The number at the end keeps two stages' functions apart, so that each call site
 * sees one target, and it is what stack traces show.
 */
export function generatedFunction(parameters: readonly string[], body: string, name: string): (...args: readonly unknown[]) => unknown {
  generated += 1;
  // oxlint-disable-next-line typescript/no-implied-eval -- whole-stage code generation is the point
  return new Function(...parameters, `${body}\n//# sourceURL=levin-${name}-${generated}.js`) as (...args: readonly unknown[]) => unknown;
}
