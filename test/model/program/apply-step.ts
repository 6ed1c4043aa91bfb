import type { Context, RDD } from 'levin';
import type { Key, Rec } from '../../../driver/api/types.ts';
import { applyFault } from './apply-fault.ts';
import { add, concat, filterFunctions, flatMapFunctions, keyFunctions, mapFunctions, mergeFunctions } from './functions.ts';
import { passGate } from './pass-gate.ts';
import type { Other, Source, Step } from './program.ts';
import { inOrderOfText, plainZeros, weigh } from './values.ts';

export type Pairs = RDD<[Key, unknown]>;

/** What a program needs of the process that runs it. */
export interface Place {
  readonly lv: Context;
  /** Path of a file with this text. */
  readonly fileOf: (text: string) => string;
  /** Path that the gate of this program creates. */
  readonly gateFile: string;
}

export function applySource(source: Source, { lv, fileOf }: Place): RDD<unknown> {
  switch (source.kind) {
    case 'parallelize':
      return lv.parallelize(source.records as readonly Rec[], source.slices);
    case 'range':
      return lv.range(source.start, source.end, { step: source.step, numSlices: source.slices });
    case 'text': {
      const { lines, lineEnd, ended, splits } = source;
      const text = lines.map((line, i) => line + (ended || i < lines.length - 1 ? lineEnd : '')).join('');
      return lv.textFile(fileOf(text), splits);
    }
    case 'empty':
      return lv.emptyRDD();
  }
}

export function applySteps(start: RDD<unknown>, steps: readonly Step[], place: Place): RDD<unknown> {
  return steps.reduce((rdd, step) => applyStep(rdd, step, place), start);
}

function applyStep(rdd: RDD<unknown>, step: Step, place: Place): RDD<unknown> {
  const pairs = rdd as Pairs;
  const other = (): Pairs => ('other' in step ? applyOther(rdd, step.other, place) : rdd) as Pairs;
  const n = 'n' in step ? (step.n ?? undefined) : undefined;
  switch (step.op) {
    case 'map':
      return rdd.map(mapFunctions[step.fn]);
    case 'mapAsync': {
      const f = mapFunctions[step.fn];
      const delayed = async (x: unknown): Promise<Rec> => {
        await Promise.resolve();
        return f(x);
      };
      return rdd.map(delayed, { concurrency: 3 });
    }
    case 'mapValues':
      return pairs.mapValues(mapFunctions[step.fn]);
    case 'flatMap':
      return rdd.flatMap(flatMapFunctions[step.fn]);
    case 'flatMapValues':
      return pairs.flatMapValues(flatMapFunctions[step.fn]);
    case 'filter':
      return rdd.filter(filterFunctions[step.fn]);
    case 'keyBy':
      return rdd.keyBy(keyFunctions[step.fn]);
    case 'mapPartitions':
      return applyMapPartitions(rdd, step.fn);
    case 'tagPartitions':
      return rdd.mapPartitionsWithIndex((p, records) => records.map((x) => [p, x]));
    case 'gate': {
      const [file, partition] = [place.gateFile, step.partition];
      return rdd.mapPartitionsWithIndex((p, records) => {
        if (p === partition) passGate(file);
        return records as Iterable<Rec>;
      }, true);
    }
    case 'glom':
      return rdd.glom();
    case 'keys':
      return pairs.keys();
    case 'values':
      return pairs.values();
    case 'zipWithIndex':
      return rdd.zipWithIndex();
    case 'indexes':
      return rdd.zipWithIndex().values();
    case 'zipWithUniqueId':
      return rdd.zipWithUniqueId();
    case 'sampleAll':
      return rdd.sample(false, 1, 3);
    case 'sampleNone':
      return rdd.sample(false, 0, 3);
    case 'randomSplit': {
      const [first, ...rest] = rdd.randomSplit([2, 0, 1], step.seed) as [RDD<unknown>, ...RDD<unknown>[]];
      return place.lv.union([first, ...rest]);
    }
    case 'plainZeros':
      return rdd.map((x) => plainZeros(x) as Rec);
    case 'sortedGroups':
      return (pairs as RDD<[Key, unknown[]]>).mapValues((group) => inOrderOfText(group));
    case 'sortedCogroups':
      return (pairs as RDD<[Key, unknown[][]]>).mapValues((groups) => groups.map(inOrderOfText));
    case 'coalesce':
      return rdd.coalesce(step.n, step.shuffle);
    case 'repartition':
      return rdd.repartition(step.n);
    case 'partitionBy': {
      const count = step.n;
      return step.custom ? pairs.partitionBy(count, (key) => weigh(key) % count) : pairs.partitionBy(count);
    }
    case 'repartitionAndSort':
      return pairs.repartitionAndSortWithinPartitions({ ascending: step.ascending, ...(step.n === null ? {} : { numPartitions: step.n }) });
    case 'distinct':
      return rdd.distinct(n);
    case 'groupByKey':
      return pairs.groupByKey(n);
    case 'groupBy':
      return rdd.groupBy(keyFunctions[step.fn], n);
    case 'reduceByKey':
      if (step.fn === 'add') return (pairs as RDD<[Key, number]>).reduceByKey(add, n);
      if (step.fn === 'concat') return (pairs as RDD<[Key, string]>).reduceByKey(concat, n);
      return pairs.reduceByKey(mergeFunctions[step.fn], n);
    case 'aggregateByKey':
      if (step.fn === 'weights') return pairs.aggregateByKey(0, (sum, x) => sum + weigh(x), add, n);
      return pairs.aggregateByKey([] as unknown[], pushed, (a, b) => [...a, ...b], n);
    case 'combineByKey':
      if (step.fn === 'weights') return pairs.combineByKey(weigh, (sum, x) => sum + weigh(x), add, n);
      return pairs.combineByKey(
        (x) => [x],
        pushed,
        (a, b) => [...a, ...b],
        n,
      );
    case 'foldByKey':
      return pairs.mapValues(weigh).foldByKey(step.zero, add, n);
    case 'sortBy':
      return rdd.sortBy(keyFunctions[step.fn], asked(step));
    case 'sortByKey':
      return pairs.sortByKey({ ...asked(step), ...(step.fn === null ? {} : { keyFn: keyFunctions[step.fn] }) });
    case 'union':
      return rdd.union(other());
    case 'cartesian':
      return rdd.cartesian(other());
    case 'zipMapped':
      return rdd.zip(rdd.map(mapFunctions[step.fn]));
    case 'zipPartitions':
      return rdd.zipPartitions(rdd, (a, b) => [...b, ...a] as Rec[]);
    case 'intersection':
      return rdd.intersection(other(), n);
    case 'subtract':
      return rdd.subtract(other(), n);
    case 'join':
      return pairs.join(other(), n);
    case 'leftOuterJoin':
      return pairs.leftOuterJoin(other(), n);
    case 'rightOuterJoin':
      return pairs.rightOuterJoin(other(), n);
    case 'fullOuterJoin':
      return pairs.fullOuterJoin(other(), n);
    case 'cogroup':
      return pairs.cogroup(other(), n);
    case 'groupWith':
      return pairs.groupWith(other(), pairs);
    case 'subtractByKey':
      return pairs.subtractByKey(other(), n);
    case 'fault':
      return applyFault(rdd, step.fault);
  }
}

function applyOther(rdd: RDD<unknown>, other: Other, place: Place): RDD<unknown> {
  return other.kind === 'self' ? rdd : applySteps(applySource(other.source, place), other.steps, place);
}

function applyMapPartitions(rdd: RDD<unknown>, fn: Extract<Step, { op: 'mapPartitions' }>['fn']): RDD<unknown> {
  switch (fn) {
    case 'each':
      return rdd.mapPartitions((records) => [...records].map((x) => [x]));
    case 'lazy':
      return rdd.mapPartitions(async function* (records) {
        for await (const x of records) yield [x];
      });
    case 'ones':
      return rdd.mapPartitions(() => [1]);
    case 'count':
      return rdd.mapPartitions((records) => [records.reduce<number>((sum) => sum + 1, 0)]);
    case 'reversed':
      return rdd.mapPartitions((records) => [...records].reverse() as Rec[]);
    case 'firstOnly':
      return rdd.mapPartitions((records) => records.take(1) as unknown as Iterable<Rec>);
  }
}

function asked(step: { readonly ascending: boolean; readonly n: number | null }): { ascending: boolean; numPartitions?: number } {
  return { ascending: step.ascending, ...(step.n === null ? {} : { numPartitions: step.n }) };
}

function pushed(list: unknown[], x: unknown): unknown[] {
  list.push(x);
  return list;
}
