// Statistics and histograms; run by test/e2e/spark/statistics.test.ts on several masters.
import { Context } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(3);
const numbers = lv.parallelize([2, 4, 4, 4, 5, 5, 7, 9], slices);
const empty = lv.parallelize<number>([], slices);
const one = lv.parallelize([3], slices + 4);

await show('stats', () => numbers.stats());
await show('stats of nothing', () => empty.stats());
await show('stats of one number', () => one.stats());
await show('stats of a wide range', async () => {
  const { count, sum, mean, min, max } = await lv.range(1, 1001, { numSlices: slices }).stats();
  return [count, sum, Math.round(mean * 1e9) / 1e9, min, max];
});
await show('stats of text', () => lv.parallelize(['12'], slices).stats.call(lv.parallelize(['12'], slices) as never));
await show('sum', async () => [await numbers.sum(), await empty.sum(), await one.sum()]);
await show('sum of null', () => (lv.parallelize([1, null], slices) as typeof numbers).sum());
await show('mean', async () => [await numbers.mean(), await empty.mean(), await one.mean()]);
await show('variance', async () => [await numbers.variance(), await empty.variance(), await one.variance()]);
await show('stdev', async () => [await numbers.stdev(), await empty.stdev(), await one.stdev()]);
await show('sampleVariance', async () => [
  await lv.parallelize([1, 2, 3], slices).sampleVariance(),
  await empty.sampleVariance(),
  await one.sampleVariance(),
]);
await show('sampleStdev', async () => [
  await lv.parallelize([1, 2, 3], slices).sampleStdev(),
  await empty.sampleStdev(),
  await one.sampleStdev(),
]);
await show('NaN and Infinity', async () => {
  const { sum, min, max } = await lv.parallelize([1, Number.NaN], slices).stats();
  return [sum, min, max, await lv.parallelize([1, Number.POSITIVE_INFINITY], slices).sum()];
});

await show('histogram of so many buckets', () => lv.range(51, { numSlices: slices }).histogram(2));
await show('histogram with bounds', () => lv.range(51, { numSlices: slices }).histogram([0, 5, 25, 50]));
await show('histogram with uneven bounds', () => lv.range(51, { numSlices: slices }).histogram([0, 15, 30, 45, 60]));
await show('histogram of strings', () => lv.parallelize(['ab', 'ac', 'b', 'bd', 'ef'], slices).histogram(['a', 'b', 'c']));
await show('histogram leaves out what lies outside', () => numbers.histogram([4, 5, 7]));
await show('histogram leaves out null and NaN', () =>
  (lv.parallelize([1, null, Number.NaN, 3, undefined, 2], slices) as typeof numbers).histogram(2),
);
await show('histogram of equal numbers', () => lv.parallelize([7, 7, 7], slices).histogram(10));
await show('histogram of fractions', () => lv.parallelize([1, 1.5, 2, 2.5, 4], slices).histogram(3));
await show('histogram with infinite bounds', () => numbers.histogram([Number.NEGATIVE_INFINITY, 5, Number.POSITIVE_INFINITY]));
await show('histogram with bounds of nothing', () => empty.histogram([0, 1, 2]));
await show('histogram of nothing', () => empty.histogram(3));
await show('histogram of infinite numbers', () => lv.parallelize([1, Number.POSITIVE_INFINITY], slices).histogram(2));
await show('histogram 0', () => numbers.histogram(0));
await show('histogram 2.5', () => numbers.histogram(2.5));
await show('histogram of one bound', () => numbers.histogram([1]));
await show('histogram of double bounds', () => numbers.histogram([1, 2, 2]));
await show('histogram of bounds that are not sorted', () => numbers.histogram([3, 1]));
await show('histogram of NaN as a bound', () => numbers.histogram([1, Number.NaN]));
await show('histogram of null as a bound', () => numbers.histogram([1, null as never]));
