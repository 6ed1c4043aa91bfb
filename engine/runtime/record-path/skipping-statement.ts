import { IS_PROMISE, type Mode } from './kernel-mode.ts';
import type { Step } from './step.ts';

/** A step of a loop that leaves out what its function fails on: `K.SKIPPED` in place of its result, and on with the next value. */
export function skippingStatement(
  step: Extract<Step, { readonly fn: number }>,
  at: { readonly s: number; readonly level: number; readonly mode: Mode },
): string {
  const { s, level, mode } = at;
  const failing = (code: string): string => `try { ${code} } catch (e) { r = K.skip(S, e, { value: v, s: ${s} }); }`;
  const pair = `if (!Array.isArray(v) || v.length !== 2) K.notPair(S, v, ${s});`;
  const settle = mode.slow ? failing(mode.settle(s)) : mode.settle(s);
  const next = `if (r === K.SKIPPED) break b${level};`;
  const guard = step.flattens === true ? `r = K.guard(S, r, { value: v, s: ${s} });` : '';
  const noPromise = `if (${IS_PROMISE}) K.promise(S, ${s}, r);`;
  switch (step.kind) {
    case 'call':
      return `${mode.call(s, failing(`r = f${s}(v);`))} ${settle} ${next} ${guard} v = r;`;
    case 'callValue':
      return `${mode.call(s, `${pair} ${failing(`r = f${s}(v[1]);`)}`)} ${settle} ${next} ${guard} v = [v[0], r];`;
    case 'each':
      return `${mode.call(s, failing(`r = f${s}(v);`))} ${settle}`;
    case 'filter':
      return `${mode.call(s, failing(`r = f${s}(v);`))} ${settle} if (!r || r === K.SKIPPED) break b${level};`;
    case 'keyBy':
      return `p = ${s}; ${failing(`r = f${s}(v);`)} ${next} ${noPromise} v = [r, v];`;
    case 'rekey':
      return `p = ${s}; ${pair} ${failing(`r = f${s}(v[0]);`)} ${next} ${noPromise} v = [r, v];`;
  }
}
