import { FAST, IS_PROMISE, type Mode, SLOW } from './kernel-mode.ts';
import { skippingStatement } from './skipping-statement.ts';
import type { Step } from './step.ts';

/**
 * Where a fused loop's records go.
 * - `push`: into `S.out`; the loop returns when it holds `S.lim`, and can go on later
 * - `stop`: the same, but it is over then (take)
 * - `count`, `reduce`: `S.n`, `S.acc`
 * - `call`: `S.w(record)`
 * - `drop`: nowhere (foreach)
 */
export type TerminalKind = 'push' | 'stop' | 'count' | 'reduce' | 'call' | 'drop';

/** `range`: v = S.start + i * S.step; `zeroRange`: v = i; `batch`: v = batch[i]. */
export type BaseKind = 'batch' | 'range' | 'zeroRange';

export interface KernelShape {
  readonly base: BaseKind;
  readonly steps: readonly Step[];
  readonly terminal: TerminalKind;
  /** A record that a function fails on is handed to `S.leaveOut` and left out. */
  readonly skips: boolean;
}

/**
 * What a loop says when it returns: it came to `to`; a promise or a full `out` in the middle of a record, to be taken up by the slow loop;
 * no more records are wanted; `out` is full and the record is done.
 */
export const END = { done: 0, promise: 1, full: 2, stopped: 3, fullBetween: 4 } as const;

/**
 * The text of the two loops of a chain: `[fast, slow]`, bodies of functions with the parameters `F` (closures of the steps, by step)
 * and `K` (failures, see kernel.ts).
 *
 * The fast loop is flat statements, one call site for each closure, so V8 sees one target at each and inlines it:
 * ```
 *   for (; i < to; i++) b0: {
 *     v = batch[i];
 *     p = 0; r = f0(v); if (r is a promise) { k = 0; break X; }  v = r;
 *     p = 1; r = f1(v); if (!r) break b0;
 *     n++;
 *   }
 * ```
 * `p` names the step that runs, for errors. When a result is a promise, or `S.out` is full inside a flatMap, the loop leaves through `X`
 * with everything that is live in `S`: step `k`, value, result, open iterators. The slow loop, a generator, takes that up (`R` = the step
 * to go on at; steps below it are skipped), so no function is called twice. It yields promises, to be resumed with their value, and
 * FULL. A generator costs about twice as much for each record, because its loop can be entered in many places: hence two loops.
 */
export function kernelSource(shape: KernelShape): { readonly fast: string; readonly slow: string } {
  return { fast: fastSource(shape), slow: slowSource(shape) };
}

function fastSource(shape: KernelShape): string {
  const { steps, terminal } = shape;
  return [
    prelude(shape),
    'return function fused(S, batch, i, to) {',
    `  let v, r, k = 0, p = -1, open = true, n = S.n, acc = S.acc;`,
    terminal === 'call' ? '  const w = S.w;' : '',
    pushes(terminal) ? '  const out = S.out, lim = S.lim;' : '',
    shape.base === 'range' ? '  const start = S.start, step = S.step;' : '',
    liveVariables(shape, (name) => (isIndex(name) ? '0' : 'null')),
    '  try {',
    '    X: {',
    '      for (; i < to; i++) b0: {',
    baseStatement(shape.base),
    ...body(shape, FAST),
    '      }',
    '      open = false; return 0;',
    '    }',
    // Outside the record loop: hand over to the slow loop.
    `    open = false; S.k = k; S.v = v; S.r = r; ${live(shape, (name) => `S.${name} = ${name};`)}`,
    `    return k === ${steps.length} ? 2 : 1;`,
    failing(shape, '    S.i = i; S.n = n; S.acc = acc;'),
    '};',
  ].join('\n');
}

function slowSource(shape: KernelShape): string {
  return [
    prelude(shape),
    'return function* resumable(S, batch, i, to) {',
    '  let v = S.v, r = S.r, R = S.k, p = -1, open = true;',
    shape.terminal === 'call' ? '  const w = S.w;' : '',
    shape.base === 'range' ? '  const start = S.start, step = S.step;' : '',
    liveVariables(shape, (name) => `S.${name}`),
    `  S.v = S.r = undefined; S.k = -1; ${live(shape, (name) => `S.${name} = null;`)}`,
    '  try {',
    '    for (; i < to; i++) b0: {',
    `      if (R < 0) { ${baseStatement(shape.base)} }`,
    ...body(shape, SLOW),
    '    }',
    '    open = false; return 0;',
    failing(shape, '    S.i = i;'),
    '};',
  ].join('\n');
}

/** Statements of the steps and the terminal. A flatten opens a loop that holds all later steps: `level` counts them. */
function body(shape: KernelShape, mode: Mode): string[] {
  const lines: string[] = [];
  const closing: string[] = [];
  let level = 0;
  shape.steps.forEach((step, s) => {
    const code = shape.skips && 'fn' in step ? skippingStatement(step, { s, level, mode }) : statement(step, { s, level, mode });
    lines.push(mode.slow && !isLoop(step) ? `if (R <= ${s}) { ${code} }` : code);
    if (!isLoop(step)) return;
    level += 1;
    closing.push('} }');
  });
  lines.push(terminalStatement(shape, mode));
  return [...lines, ...closing];
}

function statement(step: Step, at: { readonly s: number; readonly level: number; readonly mode: Mode }): string {
  const { s, level, mode } = at;
  const pair = `p = ${s}; if (!Array.isArray(v) || v.length !== 2) K.notPair(S, v, ${s});`;
  switch (step.kind) {
    case 'call':
      return `${mode.call(s, `r = f${s}(v);`)} ${mode.settle(s)} v = r;`;
    case 'callValue':
      return `${mode.call(s, `${pair} r = f${s}(v[1]);`)} ${mode.settle(s)} v = [v[0], r];`;
    case 'each':
      return `${mode.call(s, `r = f${s}(v);`)} ${mode.settle(s)}`;
    case 'filter':
      return `${mode.call(s, `r = f${s}(v);`)} if (r !== true) { if (r === false) break b${level}; ${mode.settle(s)} if (!r) break b${level}; }`;
    case 'keyBy':
      return `p = ${s}; r = f${s}(v); if (${IS_PROMISE}) K.promise(S, ${s}, r); v = [r, v];`;
    case 'rekey':
      return `${pair} r = f${s}(v[0]); if (${IS_PROMISE}) K.promise(S, ${s}, r); v = [r, v];`;
    case 'asKey':
      return 'v = [v, null];';
    case 'key':
      return `${pair} v = v[0];`;
    case 'value':
      return `${pair} v = v[1];`;
    case 'flatten':
      return flattenStatement(at, { source: 'v', element: '$' });
    case 'flattenValue':
      return flattenStatement(at, { source: 'v[1]', element: `[h${s}, $]`, before: `h${s} = v[0];` });
    case 'cross':
      return crossStatement(at, step.outer);
  }
}

interface Flatten {
  readonly source: string;
  readonly element: string;
  readonly before?: string;
}

/** Arrays by index, strings by their characters, everything else by its iterator; asynchronous ones too. */
function flattenStatement(at: { readonly s: number; readonly level: number; readonly mode: Mode }, o: Flatten): string {
  const { s, level, mode } = at;
  const [a, t, j] = [`a${s}`, `t${s}`, `j${s}`];
  const element = (value: string) => o.element.replace('$', value);
  const open = `${o.before ?? ''} r = ${o.source}; j${s} = 0; ${t} = null; p = ${s}; if (Array.isArray(r)) ${a} = r; else if (typeof r === 'string') ${a} = [...r]; else ${t} = K.iterate(S, r, ${s});`;
  const fromArray = `if (${j} >= ${a}.length) break; v = ${element(`${a}[${j}++]`)};`;
  const check = `if (typeof r !== 'object') K.badResult(S, r, ${s}); if (r.done) { ${t} = null; break; } v = ${element('r.value')};`;
  const fromIterator = `${mode.call(s, `r = ${t}.next();`)} ${mode.settle(s)} ${check}`;
  if (!mode.slow) return `${open} for (;;) { if (${t} === null) { ${fromArray} } else { ${fromIterator} } b${level + 1}: {`;
  return `if (R < 0) { ${open} } for (;;) { if (R <= ${s}) { if (${t} === null) { ${fromArray} } else { ${fromIterator} } } b${level + 1}: {`;
}

function crossStatement(
  at: { readonly s: number; readonly level: number; readonly mode: Mode },
  outer: 'none' | 'left' | 'right' | 'full',
): string {
  const { s, level, mode } = at;
  const [a, c, j, q] = [`a${s}`, `c${s}`, `j${s}`, `q${s}`];
  const nullFor = (side: string): string => ` if (${side}.length === 0) ${side} = [null];`;
  const kept = (outer === 'right' || outer === 'full' ? nullFor(a) : '') + (outer === 'left' || outer === 'full' ? nullFor(c) : '');
  const open = `h${s} = v[0]; ${a} = v[1][0]; ${c} = v[1][1];${kept} ${j} = ${c}.length === 0 ? ${a}.length : 0; ${q} = 0;`;
  const next = `if (${q} >= ${c}.length) { ${q} = 0; ${j}++; } if (${j} >= ${a}.length) break; v = [h${s}, [${a}[${j}], ${c}[${q}++]]];`;
  if (!mode.slow) return `${open} for (;;) { ${next} b${level + 1}: {`;
  return `if (R < 0) { ${open} } for (;;) { if (R < 0) { ${next} } b${level + 1}: {`;
}

function terminalStatement({ steps, terminal }: KernelShape, mode: Mode): string {
  const end = steps.length;
  const inner = steps.some(isLoop);
  switch (terminal) {
    case 'drop':
      return '';
    case 'count':
      return mode.slow ? 'S.n++;' : 'n++;';
    case 'call':
      return 'p = -1; w(v);';
    case 'reduce': {
      const [n, acc] = mode.slow ? ['S.n', 'S.acc'] : ['n', 'acc'];
      return `if (${n} === 0) ${acc} = v; else { p = ${end}; r = f${end}(${acc}, v); if (${IS_PROMISE}) K.promise(S, ${end}, r); ${acc} = r; } ${n}++;`;
    }
    case 'stop':
      return mode.slow ? 'S.out.push(v); if (S.out.length >= S.lim) return 3;' : 'out.push(v); if (out.length >= lim) return 3;';
    case 'push':
      if (mode.slow) return `if (R < 0) { S.out.push(v); if (S.out.length >= S.lim) yield 2; } else R = -1;`;
      // Without inner loops nothing of the record is left, and the fast loop can go on with the next.
      return inner
        ? `out.push(v); if (out.length >= lim) { k = ${end}; break X; }`
        : 'out.push(v); if (out.length >= lim) { i++; k = -1; open = false; return 4; }';
  }
}

function baseStatement(base: BaseKind): string {
  switch (base) {
    case 'batch':
      return 'v = batch[i];';
    case 'range':
      return 'v = start + i * step;';
    case 'zeroRange':
      return 'v = i;';
  }
}

/** Iterators left open are closed innermost first, but not one whose own `next` failed. */
function failing(shape: KernelShape, save: string): string {
  const iterators = shape.steps.flatMap((step, s) => (step.kind === 'flatten' || step.kind === 'flattenValue' ? [s] : [])).reverse();
  const forget = iterators.map((s) => `if (p === ${s}) t${s} = null;`).join(' ');
  const close = (thrown: boolean) => iterators.map((s) => `if (t${s} != null) K.close(S, t${s}, ${s}, ${thrown});`).join(' ');
  return [
    `  } catch (e) { open = false; ${forget} ${close(true)} throw K.fail(S, e, p); }`,
    `  finally { ${save} ${iterators.length === 0 ? '' : `if (open) { ${close(false)} }`} }`,
  ].join('\n');
}

function prelude({ steps, terminal }: KernelShape): string {
  const called = steps.flatMap((step, s) => ('fn' in step ? [s] : []));
  if (terminal === 'reduce') called.push(steps.length);
  return called.map((s) => `const f${s} = F[${s}];`).join(' ');
}

function isLoop(step: Step): boolean {
  return step.kind === 'flatten' || step.kind === 'flattenValue' || step.kind === 'cross';
}

function pushes(terminal: TerminalKind): boolean {
  return terminal === 'push' || terminal === 'stop';
}

/** Names of what an open loop keeps: array, iterator, index, key, second array and its index. */
function liveNames({ steps }: KernelShape): string[] {
  return steps.flatMap((step, s) => {
    switch (step.kind) {
      case 'flatten':
        return [`a${s}`, `t${s}`, `j${s}`];
      case 'flattenValue':
        return [`a${s}`, `t${s}`, `j${s}`, `h${s}`];
      case 'cross':
        return [`a${s}`, `c${s}`, `j${s}`, `q${s}`, `h${s}`];
      default:
        return [];
    }
  });
}

function live(shape: KernelShape, code: (name: string) => string): string {
  return liveNames(shape).map(code).join(' ');
}

function liveVariables(shape: KernelShape, value: (name: string) => string): string {
  const names = liveNames(shape);
  return names.length === 0 ? '' : `  let ${names.map((name) => `${name} = ${value(name)}`).join(', ')};`;
}

function isIndex(name: string): boolean {
  return name.startsWith('j') || name.startsWith('q');
}
