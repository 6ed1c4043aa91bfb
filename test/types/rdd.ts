/** Checked by `tsc` as part of `npm run check`, and by test/types/types.test.ts: each `@ts-expect-error` must be one. */
import type { Accumulator, BoundedNumber, Broadcast, Context, KeyMap, RDD, ResourceProfile } from '../../driver/index.ts';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
declare function same<A, B>(proof: Equal<A, B>): void;
declare const lv: Context;
declare const lines: RDD<string>;
declare const pairs: RDD<[string, number]>;

export async function tuplesNeedNoAsConst(): Promise<void> {
  const counted = lines
    .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b);
  same<typeof counted, RDD<[string, number]>>(true);
  const top = await counted.takeOrdered(10, ([, n]) => -n);
  same<typeof top, [string, number][]>(true);
}

export function broadcasts(): void {
  const stops = lv.broadcast(new Set(['the', 'a']));
  same<typeof stops, Broadcast<Set<string>>>(true);
  same<typeof stops.value, Set<string>>(true);
  const wider: Broadcast<ReadonlySet<string>> = stops;
  // @ts-expect-error the value is read only
  wider.value = stops.value;
  // @ts-expect-error it is made by the Context
  void new (stops.constructor as typeof Broadcast)();
}

export function resources(): void {
  const sized = pairs.withResources({ memoryMb: 1024 });
  same<typeof sized, RDD<[string, number]>>(true);
  const profile = sized.getResourceProfile();
  same<typeof profile, ResourceProfile | null>(true);
  // @ts-expect-error memory is what there is
  pairs.withResources({});
  // @ts-expect-error there are no cores to ask for
  pairs.withResources({ memoryMb: 1024, cores: 2 });
}

export async function everyOperationInfers(): Promise<void> {
  same<ReturnType<typeof lv.range>, RDD<number>>(true);
  const made = lv.parallelize([
    ['a', 1],
    ['b', 2],
  ]);
  same<typeof made, RDD<[string, number]>>(true);
  const values = made.mapValues((n) => ({ n }));
  same<typeof values, RDD<[string, { n: number }]>>(true);
  const grouped = made.groupByKey();
  same<typeof grouped, RDD<[string, number[]]>>(true);
  const joined = made.join(lines.map((line) => [line, line.length > 3]));
  same<typeof joined, RDD<[string, [number, boolean]]>>(true);
  const map = await made.collectAsMap();
  same<typeof map, KeyMap<string, number>>(true);
  const objects = lines.map((line) => ({ line, size: line.length })).filter(({ size }) => size > 0);
  same<typeof objects, RDD<{ line: string; size: number }>>(true);
  const either = lines.union(lv.range(3));
  same<typeof either, RDD<string | number>>(true);
  const narrowed = either.filter((x) => typeof x === 'string');
  same<typeof narrowed, RDD<string>>(true);
  const later = lines.map(async (line) => line.length);
  same<typeof later, RDD<number>>(true);
  const nothing = lines.map((line) => (line === '' ? null : line));
  same<typeof nothing, RDD<string | null>>(true);
  const parts = lines.mapPartitions((records) => [[...records].length]);
  same<typeof parts, RDD<number>>(true);
  const sorted = made.sortBy(([word]) => word, { ascending: false });
  same<typeof sorted, RDD<[string, number]>>(true);
  const sum = await lines.map((line) => line.length).reduce((a, b) => a + b);
  same<typeof sum, number>(true);
  for await (const line of lines.toLocalIterator()) same<typeof line, string>(true);
}

export async function pairOperationsInfer(): Promise<void> {
  const flags = pairs.mapValues((n) => n > 1);
  same<ReturnType<typeof pairs.keys>, RDD<unknown>>(true);
  const keys = pairs.keys();
  same<typeof keys, RDD<string>>(true);
  const values = pairs.values();
  same<typeof values, RDD<number>>(true);
  const left = pairs.leftOuterJoin(flags);
  same<typeof left, RDD<[string, [number, boolean | null]]>>(true);
  const right = pairs.rightOuterJoin(flags);
  same<typeof right, RDD<[string, [number | null, boolean]]>>(true);
  const full = pairs.fullOuterJoin(flags);
  same<typeof full, RDD<[string, [number | null, boolean | null]]>>(true);
  const grouped = pairs.cogroup(flags);
  same<typeof grouped, RDD<[string, [number[], boolean[]]]>>(true);
  const more = pairs.groupWith(
    flags,
    lines.keyBy((line) => line),
  );
  same<typeof more, RDD<[string, [number[], boolean[], string[]]]>>(true);
  const averages = pairs.combineByKey(
    (n) => [n, 1],
    ([sum, n], x) => [sum + x, n + 1],
    ([s, n], [t, m]) => [s + t, n + m],
  );
  same<typeof averages, RDD<[string, [number, number]]>>(true);
  const lists = pairs.combineByKey(
    (n) => [n],
    (list, n) => [...list, n],
    (a, b) => [...a, ...b],
  );
  same<typeof lists, RDD<[string, number[]]>>(true);
  const sums = pairs.aggregateByKey(
    [0, 0],
    ([sum, n], x) => [sum + x, n + 1],
    ([s, n], [t, m]) => [s + t, n + m],
  );
  same<typeof sums, RDD<[string, [number, number]]>>(true);
  const placed = pairs.partitionBy(3, (key) => key.length);
  same<typeof placed, RDD<[string, number]>>(true);
  const ordered = pairs.sortByKey({ keyFn: (key) => key.length });
  same<typeof ordered, RDD<[string, number]>>(true);
  const zipped = lines.zip(pairs).zipWithIndex();
  same<typeof zipped, RDD<[[string, [string, number]], number]>>(true);
  const crossed = lines.cartesian(flags);
  same<typeof crossed, RDD<[string, [string, boolean]]>>(true);
  const together = lines.zipPartitions(pairs, (a, b) => [[...a].length + [...b].length]);
  same<typeof together, RDD<number>>(true);
  const groups = lines.groupBy((line) => line.length);
  same<typeof groups, RDD<[number, string[]]>>(true);
  const counts = await pairs.countByKey();
  same<typeof counts, KeyMap<string, number>>(true);
  const found = await pairs.lookup('a');
  same<typeof found, number[]>(true);
  const exact = pairs.sampleByKeyExact(false, { a: 1 });
  same<typeof exact, RDD<[string, number]>>(true);
  const estimates = await pairs.countByKeyApprox(1000);
  same<typeof estimates, KeyMap<string, BoundedNumber>>(true);
  // @ts-expect-error fractions are numbers
  pairs.sampleByKeyExact(false, { a: 'much' });
  // @ts-expect-error fractions are numbers
  pairs.sampleByKey(false, { a: 'much' });
  // @ts-expect-error keys are strings
  void pairs.lookup(7);
  // @ts-expect-error keys are strings
  pairs.filterByRange(1, 2);
  // @ts-expect-error a partition function must not be async
  pairs.partitionBy(3, async () => 1);
  // @ts-expect-error a key function must not be async
  pairs.sortByKey({ keyFn: async (key: string) => key });
  // @ts-expect-error a combiner must not be async
  pairs.foldByKey(0, async (a, b) => a + b);
  // @ts-expect-error records are strings
  lines.keys();
}

export function wrongRecordTypes(): void {
  // @ts-expect-error a string has no such method
  lines.map((line) => line.nothing());
  // @ts-expect-error lines are strings
  lines.filter((n: number) => n > 1);
  // @ts-expect-error the result is not an iterable
  lines.flatMap((line) => line.length);
  // @ts-expect-error a function is no record
  lv.parallelize(1);
}

export function pairMethodsNeedPairs(): void {
  // @ts-expect-error records are strings
  lines.reduceByKey((a, b) => a + b);
  // @ts-expect-error records are strings
  lines.groupByKey();
  // @ts-expect-error records are strings
  lines.mapValues((v) => v);
  // @ts-expect-error records are strings
  void lines.collectAsMap();
  // @ts-expect-error the other side's keys are numbers
  pairs.join(lv.range(3).map((n) => [n, n]));
}

export function promisesWhereNoneMayBe(): void {
  // @ts-expect-error a combiner must not be async
  pairs.reduceByKey(async (a, b) => a + b);
  // @ts-expect-error a key function must not be async
  lines.sortBy(async (line) => line);
  // @ts-expect-error a key function must not be async
  void lines.takeOrdered(3, async (line) => line);
  // @ts-expect-error a combiner must not be async
  void lines.reduce(async (a, b) => a + b);
}

export function nothingLazyIsThenable(): void {
  // @ts-expect-error an RDD has no then
  void lines.then;
  // @ts-expect-error made by a Context only
  new (null as unknown as typeof RDD)(null, null);
}

export function covariance(wide: (rdd: RDD<string | number>) => void, readonlyPairs: (rdd: RDD<readonly [string, number]>) => void): void {
  wide(lines);
  readonlyPairs(pairs);
}

export function csvRowsByTheirOptions(): void {
  same<ReturnType<typeof lv.csvFile>, RDD<string[]>>(true);
  const arrays = lv.csvFile('f', { sep: ';', mode: 'DROPMALFORMED', minPartitions: 2 });
  same<typeof arrays, RDD<string[]>>(true);
  const objects = lv.csvFile('f', { header: true });
  same<typeof objects, RDD<Record<string, string>>>(true);
  const named = lv.csvFile<'iata' | 'state'>('f', { header: true });
  same<typeof named, RDD<{ iata: string; state: string }>>(true);
  // @ts-expect-error: only the columns that were named
  named.map((row) => row.city);
  const filledArrays = lv.csvFile('f', { mode: 'PERMISSIVE' });
  same<typeof filledArrays, RDD<(string | null)[]>>(true);
  const filledObjects = lv.csvFile('f', { header: true, mode: 'PERMISSIVE' });
  same<typeof filledObjects, RDD<Record<string, string | null>>>(true);
  // @ts-expect-error no such mode
  lv.csvFile('f', { mode: 'STRICT' });
  void objects.saveAsCsvFile('out', { header: true });
  void arrays.saveAsCsvFile('out', { codec: 'gzip' });
  void pairs.saveAsCsvFile('out');
  // @ts-expect-error a string is no row
  void lines.saveAsCsvFile('out');
}

export async function stepsGiveWhatTheirFunctionGives(): Promise<void> {
  const pair = await lv.step('pair', () => [1, 'x']);
  same<typeof pair, [number, string]>(true);
  const page = await lv.step('page', async () => ({ rows: ['a'] }));
  same<typeof page, { rows: string[] }>(true);
  const none = await lv.step('none', async () => undefined);
  same<typeof none, undefined>(true);
  same<ReturnType<typeof lv.now>, number>(true);
  same<ReturnType<typeof lv.random>, number>(true);
  // @ts-expect-error a step has a name
  void lv.step(() => 1);
}

export async function accumulatorsTakeAndGiveWhatTheyAreMadeFor(): Promise<void> {
  const seen = lv.accumulator({
    zero: () => new Map<string, number>(),
    add: (counts, word: string) => counts.set(word, 1),
    merge: (a, b) => new Map([...a, ...b]),
  });
  same<typeof seen, Accumulator<string, Map<string, number>>>(true);
  const values = lv.collectionAccumulator<number>();
  same<typeof values.value, readonly number[]>(true);
  const sum = lv.longAccumulator();
  same<typeof sum.value, number>(true);
  same<ReturnType<typeof lv.bigintAccumulator>['value'], bigint>(true);
  await lines.foreach((line) => seen.add(line));
  // @ts-expect-error a number is no word
  seen.add(7);
  // @ts-expect-error a text is no number
  sum.add('7');
  // @ts-expect-error what is read cannot be assigned
  sum.value = 7;
}
