import { type NodeOf, startOf } from './ast.ts';
import { type Capture, isReassigned } from './captures.ts';
import type { Piece } from './edits.ts';
import type { EmittedNames } from './names.ts';
import { objectKey } from './names.ts';
import type { Site } from './sites.ts';

export interface FactoryInput {
  readonly site: Site;
  readonly captures: ReadonlyMap<string, Capture>;
  readonly key: string;
  /** Sources of the main file's imports that the code needs. */
  readonly needs: readonly string[];
  readonly names: EmittedNames;
}

/**
 * `__def(key, factory, twoPhase | 0, needs, eager)`: how an executor makes the function again.
 *
 * Captures are parameters that nothing assigns, so V8 treats them as constants. The two-phase variant, for cycles of closures only,
 * gives the function first and takes the captures later; for a class it takes those needed by the definition itself at once,
 * as the array of all captures with the values at the indices in `eager` filled in.
 */
export function factoryPieces({ site, captures, key, needs, names }: FactoryInput): readonly Piece[] {
  const params = [...captures.keys()];
  const eager = [...captures.values()].flatMap((capture, index) => (capture.eager ? [index] : []));
  const canCycle = [...captures.values()].some(({ late, eager: isEager }) => late && !isEager);
  const extra =
    eager.length > 0 && canCycle
      ? `,${JSON.stringify(needs)},${JSON.stringify(eager)}`
      : needs.length > 0
        ? `,${JSON.stringify(needs)}`
        : '';
  const twoPhase = canCycle ? twoPhasePieces(site, { params, eager, names }) : [extra === '' ? '' : '0'];
  return [
    `${names.def}(${JSON.stringify(key)},function(${params.join(',')}){`,
    ...bodyPieces(site),
    '}',
    ...(canCycle || extra !== '' ? [',', ...twoPhase] : []),
    `${extra});\n`,
  ];
}

function twoPhasePieces(
  site: Site,
  { params, eager, names }: { readonly params: readonly string[]; readonly eager: readonly number[]; readonly names: EmittedNames },
): readonly Piece[] {
  const { values } = names;
  const list = params.join(',');
  const head = eager.length === 0 ? `function(){let ${list};` : `function(${values}=[]){let [${list}]=${values};`;
  return [`${head}return[(()=>{`, ...bodyPieces(site), `})(),(${values})=>{[${list}]=${values};}];}`];
}

/** Statements that return the function or class. */
function bodyPieces(site: Site): readonly Piece[] {
  const { node, name } = site;
  if (node.type === 'Property') return ['return({', textOf(node), `})[${JSON.stringify(name)}];`];
  const isDeclaration = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
  if (isDeclaration && node.id !== null && bindsOwnName(site)) return [...classOrFunctionText(site), ` return ${node.id.name};`];
  const isNamed = node.type !== 'ArrowFunctionExpression' && node.id !== null && !isDeclaration;
  if (name === null || isNamed) return ['return(', ...classOrFunctionText(site), ');'];
  return [`return({${objectKey(name)}:`, ...classOrFunctionText(site), `})[${JSON.stringify(name)}];`];
}

/** False for a function whose name was given another value: there the name is a capture, and the copy must not bind it. */
function bindsOwnName({ node, place }: Site): boolean {
  if (node.type !== 'FunctionDeclaration' || node.id === null) return true;
  const binding = place.scope.bindings.get(node.id.name);
  return binding === undefined || !isReassigned(binding);
}

function classOrFunctionText(site: Site): readonly Piece[] {
  const { node } = site;
  if (node.type === 'FunctionDeclaration' && node.id !== null && !bindsOwnName(site)) {
    return [
      { start: node.start, end: node.id.start },
      { start: node.id.end, end: node.end },
    ];
  }
  if (startOf(node) === node.start) return [textOf(node)];
  // `@decorate export class C {}`: the word between must not be copied.
  const decorators = (node as NodeOf<'ClassDeclaration'>).decorators;
  return [{ start: startOf(node), end: decorators.at(-1)?.end ?? node.start }, ' ', textOf(node)];
}

function textOf({ start, end }: { readonly start: number; readonly end: number }): Piece {
  return { start, end };
}
