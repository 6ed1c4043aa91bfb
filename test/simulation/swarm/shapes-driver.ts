import { errorCode } from '../../../engine/errors/levin-error.ts';
import { countsOf, numbersOf, type Shape, sortedTexts } from './sim-job.ts';

/** What drivers of one application were told, which has to be the same for all of them. */
function sameForAll(): (name: string, value: unknown) => void {
  const told = new Map<string, string>();
  return (name, value) => {
    const text = JSON.stringify(value);
    if ((told.get(name) ?? text) !== text) throw new Error(`${name} was ${told.get(name)} for one driver and is ${text} for another`);
    told.set(name, text);
  };
}

/** The job goes on after an error of this kind; others, such as that the driver was replaced, end it. */
async function codeOf(work: Promise<unknown>, codes: readonly string[]): Promise<unknown> {
  return await work.catch((error: unknown) => {
    if (!codes.includes(errorCode(error) ?? '')) throw error;
    const { failures } = (error as { readonly details: { readonly failures?: number } }).details;
    return [errorCode(error), failures ?? null];
  });
}

/** Steps one after the other, at once, within each other and failing; drawn numbers that decide what is done. */
const decisions: Shape = (draw) => {
  const [numbers, least] = [numbersOf(draw, 60, 50), draw.whole(1, 3)];
  const sum = numbers.reduce((a, b) => a + b, 0);
  const same = sameForAll();
  let next = 0;
  return {
    shape: 'decisions',
    expected: [sum, numbers.length, true],
    async run(lv) {
      same('first step', await lv.step('id', () => next++));
      const parts = least + Math.floor(lv.random() * 4);
      const draws = [parts, lv.now(), lv.random(), lv.random(), lv.now()];
      const flaky = (): number => {
        if (next++ % 2 === 0) throw new Error('not now');
        return next;
      };
      const tried = await lv.step('flaky', flaky).catch((error: Error) => {
        if (error.message !== 'not now') throw error;
        return lv.step('flaky', () => next++);
      });
      same('step that failed', tried);
      const all = await lv.parallelize(numbers, parts).fold(0, (a, b) => a + b);
      // By now it is written what was drawn before.
      same('numbers', draws);
      const nested = await lv.step('outer', async () => {
        const inner = [await lv.step('inner', () => next++), await lv.step('inner', () => next++)];
        same('inner steps', inner);
        return [...inner, next++];
      });
      same('outer step', nested);
      same('steps at once', await Promise.all(['left', 'right', 'left'].map((name) => lv.step(name, () => next++))));
      const counted = await lv.parallelize(numbers, parts).count();
      return [all, counted, lv.random() < 1];
    },
  };
};

const manyAtOnce: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 60, 12), draw.whole(1, 4), draw.whole(1, 3)];
  const distinct = new Set(numbers).size;
  const small = numbers.filter((x) => x < 6).length;
  return {
    shape: 'manyAtOnce',
    expected: [numbers.length, distinct, small, distinct, numbers.length + 1],
    async run(lv) {
      const records = lv.parallelize(numbers, p);
      const different = records.distinct(n);
      const [all, few, less] = await Promise.all([records.count(), different.count(), records.filter((x) => x < 6).count()]);
      return [all, few, less, ...(await Promise.all([different.count(), records.count().then((count) => count + 1)]))];
    },
  };
};

/** An action that is called off while others go on with what it has made. */
const calledOff: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 80, 15), draw.whole(1, 6), draw.whole(1, 4)];
  const distinct = new Set(numbers).size;
  return {
    shape: 'calledOff',
    reruns: true,
    expected: [numbers.length, true, distinct],
    async run(lv) {
      const off = new AbortController();
      const records = lv.parallelize(numbers, p);
      const different = records.map((x) => [x, 1] as [number, number]).reduceByKey((a, b) => a + b, n);
      const slow = codeOf(
        different
          .map(([x]) => [x % 3, x] as [number, number])
          .groupByKey(n)
          .collect({ signal: off.signal }),
        ['JOB_CANCELLED'],
      );
      // Awaited below; until then it is not unhandled.
      slow.catch(() => undefined);
      const count = await records.count();
      off.abort();
      return [count, Array.isArray(await slow), await different.count()];
    },
  };
};

/** A partition that fails whenever it runs ends its action after so many failures, and nothing else. */
const hopeless: Shape = (draw) => {
  const [p, n, mistake] = [draw.whole(1, 5), draw.whole(1, 3), draw.whole(0, 1) === 1];
  return {
    shape: 'hopeless',
    reruns: true,
    fails: true,
    rates: draw.whole(0, 1) === 1 ? { crash: 0.001, throttle: 0.3, slow: 0.02, pause: 0.003, lostResponse: 0.01 } : {},
    expected: [['USER_ERROR', mistake ? 2 : 4], 10, ['USER_ERROR', mistake ? 2 : 4]],
    async run(lv) {
      const records = lv.range(10, { numSlices: p });
      const failing = mistake
        ? records.map((x) => (x === 9 ? (undefined as unknown as { y: number }).y : x))
        : records.map((x) => {
            if (x === 9) throw new Error('the service is down');
            return x;
          });
      const pairs = failing.map((x) => [x, 1] as [number, number]);
      const first = await codeOf(failing.collect(), ['USER_ERROR']);
      const count = await records.count();
      return [first, count, await codeOf(pairs.reduceByKey((a, b) => a + b, n).collect(), ['USER_ERROR'])];
    },
  };
};

/** Every output of a stage is gone whenever it is read. */
const lostForEver: Shape = (draw) => {
  const [p, n] = [draw.whole(1, 4), draw.whole(1, 3)];
  return {
    shape: 'lostForEver',
    reruns: true,
    fails: true,
    rates: { delete: 1, throttle: 0.1, slow: 0.02 },
    unlimited: new Set(['delete']),
    expected: ['INPUT_LOST', '4 times in a row'],
    async run(lv) {
      const sums = lv
        .range(20, { numSlices: p })
        .map((x) => [x % 5, 1] as [number, number])
        .reduceByKey((a, b) => a + b, n);
      return await sums.collect().catch((error: unknown) => {
        if (errorCode(error) !== 'INPUT_LOST') throw error;
        return ['INPUT_LOST', /\d+ times in a row/.exec((error as Error).message)?.[0]];
      });
    },
  };
};

/** The platform refuses whatever is asked for. */
const starved: Shape = (draw) => {
  const p = draw.whole(1, 4);
  return {
    shape: 'starved',
    reruns: true,
    fails: true,
    rates: { throttle: 1 },
    expected: ['STARVED', true],
    async run(lv) {
      return await lv
        .range(20, { numSlices: p })
        .count()
        .catch((error: unknown) => {
          if (errorCode(error) !== 'STARVED') throw error;
          const waitedS = Number(/for (\d+) s/.exec((error as Error).message)?.[1]);
          return ['STARVED', waitedS >= 600 && waitedS < 700];
        });
    },
    compute: 'lambda',
  };
};

/** Records that functions fail on are left out, counted and kept, as many as may be. */
const leftOut: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 90, 40), draw.whole(1, 5), draw.whole(1, 3)];
  const bad = numbers.filter((x) => x % 13 === 5);
  const most = Math.max(1, bad.length + draw.whole(-1, 3));
  const good = numbers.filter((x) => x % 13 !== 5);
  const tooMany = bad.length > most;
  return {
    shape: 'leftOut',
    reruns: true,
    ...(tooMany ? { fails: true as const } : {}),
    // What kills attempts counts together with what its function throws.
    rates:
      draw.whole(0, 2) === 0
        ? {}
        : { throttle: 0.2, slow: 0.03, pause: 0.005, lostResponse: 0.03, delete: 0.1, duplicate: 0.2, takeOver: 0.2 },
    config: { maxBadRecords: most },
    expected: tooMany ? 'TOO_MANY_BAD_RECORDS' : sortedTexts(good.map((x) => x + 1)),
    async run(lv) {
      const records = lv
        .parallelize(numbers, p)
        .map((x) => {
          if (x % 13 === 5) throw new Error('unlucky');
          return x + 1;
        })
        .repartition(n);
      return await records.collect().then(sortedTexts, (error: unknown) => {
        if (errorCode(error) !== 'TOO_MANY_BAD_RECORDS') throw error;
        return errorCode(error);
      });
    },
    async after({ objects }, appId, calm) {
      if (tooMany) return null;
      const letters: number[] = [];
      for (const { key } of (await objects.list(`history/${appId}/dead-letters/`)).objects) {
        const lines = new TextDecoder()
          .decode(await objects.get(key))
          .split('\n')
          .filter((line) => line !== '');
        letters.push(...lines.map((line) => (JSON.parse(line) as { readonly record: number }).record));
      }
      const expected = countsOf(bad);
      const found = countsOf(letters);
      // Attempts that are late leave theirs behind the winner's.
      const wrong = [...new Set([...bad, ...letters])].find((x) => {
        const [is, should] = [found.get(x) ?? 0, expected.get(x) ?? 0];
        return should === 0 || is < should || (calm && is > should);
      });
      return wrong === undefined ? null : `the dead letters are ${JSON.stringify([...found])}, not ${JSON.stringify([...expected])}`;
    },
  };
};

export const DRIVER_SHAPES: readonly Shape[] = [decisions, manyAtOnce, calledOff, hopeless, lostForEver, starved, leftOut];
