import type { Context } from '../../../driver/api/context.ts';
import type { RDD } from '../../../driver/api/rdd.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { countsOf, numbersOf, type Shape, sortedTexts } from './sim-job.ts';

/** Each run of a map task gives its records a tag of its own: whatever ran again, an answer holds one tag for each map partition. */
const tags = { next: 0 };

function tagged(lv: Context, numbers: readonly number[], p: number): RDD<[number, string]> {
  return lv.parallelize(numbers, p).mapPartitionsWithIndex((index, records) => {
    const tag = tags.next++;
    return records.map((x) => [x, `${index}/${tag}`] as [number, string]);
  });
}

/** Slice i of n holds the records `[floor(i·len/n), floor((i+1)·len/n))`. */
function filledSlices(length: number, slices: number): number {
  const border = (slice: number): number => Math.floor((slice * length) / slices);
  return Array.from({ length: slices }, (_, slice) => border(slice + 1) - border(slice)).filter((size) => size > 0).length;
}

const oneOfEach: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 80, 20), draw.whole(1, 5), draw.whole(1, 4)];
  tags.next = 0;
  return {
    shape: 'oneOfEach',
    indeterminate: true,
    expected: [sortedTexts(countsOf(numbers)), filledSlices(numbers.length, p)],
    run: async (lv) => {
      const groups = await tagged(lv, numbers, p).groupByKey(n).collect();
      const seen = new Set(groups.flatMap(([, values]) => values));
      return [sortedTexts(groups.map(([x, values]) => [x, values.length])), seen.size];
    },
  };
};

/** Two ways from the same records meet again: they must not come with different tags. */
const twoWays: Shape = (draw) => {
  const [numbers, p, n, m] = [numbersOf(draw, 60, 15), draw.whole(1, 4), draw.whole(1, 4), draw.whole(1, 3)];
  tags.next = 0;
  const distinct = new Set(numbers).size;
  return {
    shape: 'twoWays',
    indeterminate: true,
    expected: [distinct, distinct],
    run: async (lv) => {
      const groups = tagged(lv, numbers, p).groupByKey(n);
      const sets = groups.map(([x, values]) => [x, [...new Set(values)].sort().join()] as [number, string]);
      const again = sets.map(([x, text]) => [text, x] as [string, number]).groupByKey(m);
      const back = again.flatMap(([text, keys]) => keys.map((x) => [x, text] as [number, string]));
      const both = await sets.join(back, m).collect();
      return [both.length, both.filter(([, [left, right]]) => left === right).length];
    },
  };
};

/** What was handed out cannot be taken back: the rest fits it, or the action fails. */
const handedOut: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 60, 15), draw.whole(1, 4), draw.whole(2, 4)];
  tags.next = 0;
  const whole = filledSlices(numbers.length, p);
  return {
    shape: 'handedOut',
    indeterminate: true,
    fails: true,
    expected: whole,
    run: async (lv) => {
      const seen = new Set<string>();
      try {
        for await (const [, values] of tagged(lv, numbers, p).groupByKey(n).toLocalIterator()) for (const value of values) seen.add(value);
      } catch (error) {
        if (errorCode(error) !== 'INDETERMINATE_RERUN') throw error;
        return whole;
      }
      return seen.size;
    },
  };
};

const taggedOutput: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 60, 15), draw.whole(1, 4), draw.whole(1, 4)];
  tags.next = 0;
  return {
    shape: 'taggedOutput',
    indeterminate: true,
    expected: [numbers.length, filledSlices(numbers.length, p)],
    run: async (lv) => {
      await tagged(lv, numbers, p)
        .groupByKey(n)
        .flatMap(([, values]) => values)
        .saveAsTextFile('/out/tags');
      const lines = await lv.textFile('/out/tags', 2).collect();
      return [lines.length, new Set(lines).size];
    },
  };
};

export const INDETERMINATE_SHAPES: readonly Shape[] = [oneOfEach, twoWays, handedOut, taggedOutput];
