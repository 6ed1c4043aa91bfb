import type { KeyName } from '../program/functions.ts';
import type { Action, Other, Program, Source, Step } from '../program/program.ts';
import { plainZeros, show } from '../program/values.ts';
import { groupsOf } from './grouping.ts';
import { modelOther, modelProgram, modelStep } from './model-step.ts';
import { ExpectedError, isOrdered, type Model, rowsOf, valuesOf } from './rows.ts';

/** Larger results are not made: the step is left out. */
const MAX_RECORDS = 300;
const MAX_PARTITIONS = 40;
const MAX_TEXT = 30_000;

/** As it is generated: any step and any action, whatever the records are. */
export interface Draft {
  readonly source: Source;
  readonly steps: readonly Step[];
  readonly action: Action;
  /** Makes pairs where a step or an action needs them. */
  readonly keyBy: KeyName;
}

/** A program that is right by type, and of which is known what it must give: steps are left out or added where a draft goes too far. */
export function elaborate(draft: Draft): Program {
  const steps: Step[] = [];
  let model = modelProgram({ source: draft.source, steps });
  const add = (step: Step): boolean => {
    try {
      const { also: _, ...input } = model;
      const next = modelStep(input, step, modelStep);
      if (rowsOf(next).length > MAX_RECORDS || (next.n ?? 0) > MAX_PARTITIONS || show(valuesOf(next)).length > MAX_TEXT) return false;
      model = next;
      steps.push(step);
      return true;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      steps.push(step);
      throw error;
    }
  };
  try {
    for (const step of draft.steps)
      addLegal('other' in step ? withLegalOther(step, draft.keyBy) : step, { draft, add, modelOf: () => model });
    if (draft.steps.at(-1)?.op === 'fault') return { source: draft.source, steps, action: { kind: 'count' } };
    return { source: draft.source, steps, action: legalAction(draft, { add, modelOf: () => model }) };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { source: draft.source, steps, action: { kind: draft.action.kind === 'count' ? 'count' : 'collect' } };
  }
}

interface Elaboration {
  readonly add: (step: Step) => boolean;
  readonly modelOf: () => Model;
}

function addLegal(step: Step, { draft, add, modelOf }: Elaboration & { readonly draft: Draft }): void {
  const model = modelOf();
  const whole = model.layout && isOrdered(model);
  switch (step.op) {
    case 'glom':
    case 'zipWithUniqueId':
      if (whole) add(step);
      return;
    case 'tagPartitions':
      if (model.layout) add(step);
      return;
    case 'mapPartitions': {
      const { fn } = step;
      const needs = { each: true, lazy: true, ones: model.n !== null, count: model.layout, reversed: whole, firstOnly: whole };
      if (needs[fn]) add(step);
      return;
    }
    case 'zipWithIndex':
      add(isOrdered(model) ? step : { op: 'indexes' });
      return;
    case 'coalesce':
      // Where the number of partitions is not known, only one is sure.
      add(model.n === null && !step.shuffle ? { ...step, n: 1 } : step);
      return;
    case 'gate':
      add({ op: 'gate', partition: model.n === null ? 0 : step.partition % Math.max(1, model.n) });
      return;
    case 'keys':
    case 'values':
    case 'mapValues':
    case 'flatMapValues':
    case 'partitionBy':
    case 'sortByKey':
      makePairs(draft, { add, modelOf });
      add(withPartitions(step, modelOf()));
      return;
    case 'repartitionAndSort':
    case 'groupByKey':
    case 'reduceByKey':
    case 'aggregateByKey':
    case 'combineByKey':
    case 'foldByKey':
    case 'join':
    case 'leftOuterJoin':
    case 'rightOuterJoin':
    case 'fullOuterJoin':
    case 'cogroup':
    case 'groupWith':
    case 'subtractByKey':
      makePairs(draft, { add, modelOf });
      addByKey(withPartitions(step, modelOf()), { add, modelOf });
      return;
    case 'distinct':
    case 'groupBy':
    case 'intersection':
    case 'subtract':
      addByKey(withPartitions(step, model), { add, modelOf });
      return;
    default:
      add(withPartitions(step, model));
  }
}

function arePairs(model: Model): boolean {
  return valuesOf(model).every((value) => Array.isArray(value) && value.length === 2);
}

function makePairs({ keyBy }: Draft, { add, modelOf }: Elaboration): void {
  if (!arePairs(modelOf())) add({ op: 'keyBy', fn: keyBy });
}

/** Asks for a number of partitions where the default is not known. */
function withPartitions(step: Step, model: Model): Step {
  const other = 'other' in step ? modelOther(model, step.other) : model;
  return 'n' in step && step.n === null && (model.n === null || other.n === null) ? ({ ...step, n: 3 } as Step) : step;
}

/** Lists of values, and which of equal keys stands for all, are known only where the order of the input is. */
function addByKey(step: Step, { add, modelOf }: Elaboration): void {
  const before = modelOf();
  const inputs = 'other' in step ? [before, modelOther(before, step.other)] : [before];
  if (!('n' in step) && inputs.some(({ n }) => n === null)) return;
  const ordered = inputs.every(isOrdered);
  if (step.op === 'reduceByKey' && (step.fn === 'add' || step.fn === 'concat')) {
    add({ op: 'mapValues', fn: step.fn === 'add' ? 'weight' : 'text' });
    if (step.fn === 'concat' && !ordered) return;
  }
  const known = before.layout || before.placement !== null;
  if (!add(step.op === 'foldByKey' && !known ? { ...step, zero: 0 } : step) || ordered) return;
  if (step.op === 'cogroup' || step.op === 'groupWith') add({ op: 'sortedCogroups' });
  if (step.op === 'groupByKey' || step.op === 'groupBy' || ('fn' in step && step.fn === 'list')) add({ op: 'sortedGroups' });
  const zeros = inputs.some((input) => show(valuesOf(input)) !== show(valuesOf(input).map(plainZeros)));
  if (zeros || (step.op === 'groupBy' && step.fn === 'zero')) add({ op: 'plainZeros' });
}

/** The other side as it can be: pairs where the step needs them. */
function withLegalOther(step: Extract<Step, { other: Other }>, keyBy: KeyName): Step {
  const { other } = step;
  if (other.kind === 'self') return step;
  const steps: Step[] = [];
  const pairs = (): boolean => arePairs(modelProgram({ source: other.source, steps }));
  for (const each of other.steps) if (each.op !== 'partitionBy' || pairs()) steps.push(each);
  const byKey = !['union', 'cartesian', 'intersection', 'subtract'].includes(step.op);
  if (byKey && !pairs()) steps.push({ op: 'keyBy', fn: keyBy });
  return { ...step, other: { ...other, steps } };
}

function legalAction({ action, keyBy }: Draft, { add, modelOf }: Elaboration): Action {
  const model = modelOf();
  switch (action.kind) {
    case 'collectAsMap':
    case 'countByKey':
    case 'reduceByKeyLocally':
      if (!arePairs(model)) add({ op: 'keyBy', fn: keyBy });
      return action;
    case 'lookup': {
      if (!arePairs(model)) add({ op: 'keyBy', fn: keyBy });
      const keys = groupsOf([valuesOf(modelOf())]).map(({ key }) => key);
      return { kind: 'lookup', key: keys.length === 0 ? 'none' : keys[(action.key as number) % keys.length] };
    }
    case 'concat':
      return isOrdered(model) ? action : { kind: 'collect' };
    case 'fold':
    case 'treeAggregate':
      return model.n === null ? { ...action, zero: 0 } : action;
    default:
      return action;
  }
}
