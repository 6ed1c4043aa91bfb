import { describe, expect, test } from 'vitest';
import type { LevinConfig } from '../../../driver/config/config-input.ts';
import { configTable } from '../../../driver/config/config-table.ts';
import { environmentSource, loadConfig } from '../../../driver/config/load-config.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';

function load(values: Readonly<Record<string, unknown>>): LevinConfig {
  return loadConfig([{ name: 'flag', values }]).config;
}

/** `CODE: message` of the failure. */
function failure(values: Readonly<Record<string, unknown>>): string {
  try {
    load(values);
  } catch (error) {
    if (error instanceof LevinError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no failure';
}

test('the defaults', () => {
  expect(loadConfig([]).config).toEqual({
    master: 'local[*]',
    appName: null,
    stateDir: null,
    localDir: null,
    shuffleCompression: null,
    broadcastCacheBytes: null,
    storageFraction: 0.5,
    defaultParallelism: null,
    maxTaskFailures: 4,
    maxStageAttempts: 4,
    barrierTimeoutMs: 600_000,
    taskTimeoutMs: null,
    starvedAfterMs: 600_000,
    maxBadRecords: 0,
    excludeOnFailure: false,
    excludeAfterStageFailures: 2,
    excludeAfterFailures: 2,
    excludeTimeoutMs: 3_600_000,
    speculation: false,
    speculationQuantile: 0.75,
    speculationMultiplier: 1.5,
    speculationMinTaskRuntimeMs: 100,
    speculationIntervalMs: 100,
    schedulerMode: 'FIFO',
    pools: {},
    maxPartitionBytes: 134_217_728,
    maxResultBytes: 1_073_741_824,
    leaseMs: 10_000,
    chaos: null,
    validateOutput: true,
    requesterPays: false,
    upload: false,
    allowedEnv: [],
    progress: 'auto',
    quiet: false,
    logLevel: 'warn',
    logFormat: 'text',
  });
});

test('settings cannot be changed afterwards', () => {
  expect(Object.isFrozen(loadConfig([]).config)).toBe(true);
});

describe('limits', () => {
  const limits = [
    ['defaultParallelism', 1, 1_000_000],
    ['maxTaskFailures', 1, 1000],
    ['maxStageAttempts', 1, 1000],
    ['taskTimeoutMs', 1, 86_400_000],
    ['starvedAfterMs', 1000, 86_400_000],
    ['leaseMs', 100, 3_600_000],
    ['maxBadRecords', 0, 1_000_000_000],
    ['excludeAfterStageFailures', 1, 1_000_000],
    ['excludeAfterFailures', 1, 1_000_000],
  ] as const;

  test.each(limits)('%s is a whole number from %i to %i', (name, min, max) => {
    expect([min, max, String(min), ` ${max} `].map((value) => load({ [name]: value })[name])).toEqual([min, max, min, max]);
    for (const wrong of [min - 1, max + 1, String(max + 1), 1000.5, '1000.5', '1e3', 'x', '', true, null, [1000], Number.NaN, 1000n]) {
      const shown = typeof wrong === 'number' || typeof wrong === 'bigint' ? String(wrong) : JSON.stringify(wrong);
      expect(failure({ [name]: wrong })).toBe(
        `INVALID_CONFIG: ${name} is ${shown} (flag); it must be a whole number from ${min} to ${max}.`,
      );
    }
  });

  test.each([
    ['maxPartitionBytes', 1],
    ['maxResultBytes', 0],
  ] as const)('%s is a size, in bytes or with units', (name, min) => {
    const sizes = [min, '7', '64k', '128m', '128MB', '1 g', '2T', Number.MAX_SAFE_INTEGER];
    expect(sizes.map((value) => load({ [name]: value })[name])).toEqual([
      min,
      7,
      65_536,
      134_217_728,
      134_217_728,
      1_073_741_824,
      2_199_023_255_552,
      9_007_199_254_740_991,
    ]);
    for (const wrong of [min - 1, '-1', '1.5g', '1x', '', 'k', '9999t', true]) {
      expect(failure({ [name]: wrong })).toBe(
        `INVALID_CONFIG: ${name} is ${JSON.stringify(wrong)} (flag); it must be a number of bytes from ${min} to 9007199254740991, for example 134217728 or 128m.`,
      );
    }
  });

  const fractions = [
    ['storageFraction', 0, 1],
    ['speculationQuantile', 0, 1],
    ['speculationMultiplier', 1, 1000],
  ] as const;
  test.each(fractions)('%s is a number from %i to %i', (name, min, max) => {
    expect([min, max, min + 0.25, String(min), ` ${max}.0 `].map((value) => load({ [name]: value })[name])).toEqual([
      min,
      max,
      min + 0.25,
      min,
      max,
    ]);
    for (const wrong of [min - 0.01, max + 0.01, '-1', '1e0', '.5', 'x', '', true]) {
      const shown = typeof wrong === 'number' ? String(wrong) : JSON.stringify(wrong);
      expect(failure({ [name]: wrong })).toBe(`INVALID_CONFIG: ${name} is ${shown} (flag); it must be a number from ${min} to ${max}.`);
    }
    expect(failure({ [name]: Number.NaN })).toMatch(/^INVALID_CONFIG/);
  });

  const durations = [
    ['excludeTimeoutMs', 1, 86_400_000],
    ['speculationMinTaskRuntimeMs', 0, 86_400_000],
    ['barrierTimeoutMs', 1, 86_400_000],
    ['speculationIntervalMs', 1, 3_600_000],
  ] as const;
  test.each(durations)('%s is a time, in milliseconds or with units', (name, min, max) => {
    const times = [min, max, '7', '100ms', '90s', '5m', '5 min', '1H'];
    expect(times.map((value) => load({ [name]: value })[name])).toEqual([min, max, 7, 100, 90_000, 300_000, 300_000, 3_600_000]);
    for (const wrong of [min - 1, max + 1, '25h', '-1', '1.5s', '1x', '', 's', true]) {
      const shown = typeof wrong === 'number' ? String(wrong) : JSON.stringify(wrong);
      expect(failure({ [name]: wrong })).toBe(
        `INVALID_CONFIG: ${name} is ${shown} (flag); it must be milliseconds from ${min} to ${max}, for example 90000 or 90s.`,
      );
    }
  });

  test.each(['validateOutput', 'quiet', 'excludeOnFailure', 'speculation', 'requesterPays', 'upload'] as const)(
    '%s is true or false',
    (name) => {
      expect([true, false, 'true', 'false'].map((value) => load({ [name]: value })[name])).toEqual([true, false, true, false]);
      for (const wrong of ['yes', '', 1, null, ['true'], 'constructor', '__proto__']) {
        expect(failure({ [name]: wrong })).toBe(`INVALID_CONFIG: ${name} is ${JSON.stringify(wrong)} (flag); it must be true or false.`);
      }
    },
  );

  test.each([
    ['progress', ['auto', 'bar', 'lines', 'none'], 'auto, bar, lines, none'],
    ['logLevel', ['debug', 'info', 'warn', 'error', 'off'], 'debug, info, warn, error, off'],
    ['logFormat', ['text', 'json'], 'text, json'],
  ] as const)('%s is one of some words', (name, choices, listed) => {
    expect(choices.map((value) => load({ [name]: value })[name])).toEqual(choices);
    expect(choices.map((value) => load({ [name]: value.toUpperCase() })[name])).toEqual(choices);
    for (const wrong of ['loud', '', true, ['text']]) {
      expect(failure({ [name]: wrong })).toBe(`INVALID_CONFIG: ${name} is ${JSON.stringify(wrong)} (flag); it must be one of ${listed}.`);
    }
  });

  test.each(['appName', 'stateDir', 'localDir'] as const)('%s is a text', (name) => {
    expect(load({ [name]: 'x' })[name]).toBe('x');
    for (const wrong of ['', 3, null]) {
      expect(failure({ [name]: wrong })).toBe(
        `INVALID_CONFIG: ${name} is ${JSON.stringify(wrong)} (flag); it must be a text that is not empty.`,
      );
    }
  });

  test('shuffleCompression is none or zstd', () => {
    expect(load({ shuffleCompression: 'ZSTD' }).shuffleCompression).toBe('zstd');
    expect(failure({ shuffleCompression: 'lz4' })).toBe(
      'INVALID_CONFIG: shuffleCompression is "lz4" (flag); it must be one of none, zstd.',
    );
    expect(failure({ 'spark.shuffle.compress': 'zstd' })).toBe(
      'INVALID_CONFIG: spark.shuffle.compress is "zstd" (flag); it must be true or false.',
    );
  });

  test('allowedEnv is a list of names', () => {
    expect(load({ allowedEnv: 'A, B,,C' }).allowedEnv).toEqual(['A', 'B', 'C']);
    expect(load({ allowedEnv: ['A', 'B'] }).allowedEnv).toEqual(['A', 'B']);
    expect(load({ allowedEnv: '' }).allowedEnv).toEqual([]);
    expect(failure({ allowedEnv: ['A', 3] })).toBe(
      'INVALID_CONFIG: allowedEnv is ["A",3] (flag); it must be a list of names separated by commas.',
    );
  });

  test('schedulerMode is written in capitals, as Spark has it, or not', () => {
    expect(['FAIR', 'fair', 'FIFO'].map((schedulerMode) => load({ schedulerMode }).schedulerMode)).toEqual(['FAIR', 'FAIR', 'FIFO']);
    expect(failure({ schedulerMode: 'LIFO' })).toBe('INVALID_CONFIG: schedulerMode is "LIFO" (flag); it must be one of FIFO, FAIR.');
  });

  test('pools are an object or its JSON, with Spark’s defaults', () => {
    const etl = { schedulingMode: 'FIFO', weight: 3, minShare: 0 };
    const adhoc = { schedulingMode: 'FAIR', weight: 1, minShare: 2 };
    expect(load({ pools: { etl: { weight: 3 }, adhoc: { schedulingMode: 'fair', minShare: 2 } } }).pools).toEqual({ etl, adhoc });
    expect(load({ pools: '{"etl":{"weight":3}}' }).pools).toEqual({ etl });
    expect(load({ pools: '{}' }).pools).toEqual({});
    for (const wrong of [
      'etl',
      '[]',
      '{"":{}}',
      '{"a":1}',
      '{"a":{"weight":0}}',
      '{"a":{"weight":1.5}}',
      '{"a":{"minShare":-1}}',
      '{"a":{"mode":"FAIR"}}',
      '{"a":{"schedulingMode":"LIFO"}}',
      '{"a":{"weight":"3"}}',
      '',
    ]) {
      expect(failure({ pools: wrong })).toBe(
        `INVALID_CONFIG: pools is ${JSON.stringify(wrong)} (flag); it must be pools by name, for example {"etl":{"schedulingMode":"FAIR","weight":3,"minShare":2}}, with whole numbers, weight from 1 and minShare from 0.`,
      );
    }
  });

  test('the cases above are all keys there are', () => {
    const covered = [
      ...limits.map(([name]) => name),
      ...fractions.map(([name]) => name),
      ...durations.map(([name]) => name),
      'excludeOnFailure',
      'speculation',
      'maxPartitionBytes',
      'maxResultBytes',
      'broadcastCacheBytes',
      'validateOutput',
      'requesterPays',
      'upload',
      'quiet',
      'progress',
      'logLevel',
      'logFormat',
      'shuffleCompression',
      'schedulerMode',
      'pools',
    ];
    expect([...covered, 'appName', 'stateDir', 'localDir', 'allowedEnv', 'master', 'chaos'].toSorted()).toEqual(
      Object.keys(configTable).toSorted(),
    );
  });
});

describe('Spark’s names', () => {
  test.each([
    ['spark.master', 'local[3]', 'master', 'local[3]'],
    ['spark.app.name', 'n', 'appName', 'n'],
    ['spark.memory.storageFraction', '0.3', 'storageFraction', 0.3],
    ['spark.default.parallelism', '7', 'defaultParallelism', 7],
    ['spark.task.maxFailures', '7', 'maxTaskFailures', 7],
    ['spark.stage.maxConsecutiveAttempts', '7', 'maxStageAttempts', 7],
    ['spark.barrier.sync.timeout', '1h', 'barrierTimeoutMs', 3_600_000],
    ['spark.excludeOnFailure.enabled', 'true', 'excludeOnFailure', true],
    ['spark.excludeOnFailure.timeout', '1h', 'excludeTimeoutMs', 3_600_000],
    ['spark.excludeOnFailure.stage.maxFailedTasksPerExecutor', '3', 'excludeAfterStageFailures', 3],
    ['spark.excludeOnFailure.application.maxFailedTasksPerExecutor', '3', 'excludeAfterFailures', 3],
    ['spark.speculation', 'true', 'speculation', true],
    ['spark.speculation.quantile', '0.9', 'speculationQuantile', 0.9],
    ['spark.speculation.multiplier', '3', 'speculationMultiplier', 3],
    ['spark.speculation.minTaskRuntime', '100ms', 'speculationMinTaskRuntimeMs', 100],
    ['spark.speculation.interval', '1s', 'speculationIntervalMs', 1000],
    ['spark.scheduler.mode', 'FAIR', 'schedulerMode', 'FAIR'],
    ['spark.files.maxPartitionBytes', '64m', 'maxPartitionBytes', 67_108_864],
    ['spark.driver.maxResultSize', '2g', 'maxResultBytes', 2_147_483_648],
    ['spark.hadoop.fs.s3a.requester.pays.enabled', 'true', 'requesterPays', true],
    ['spark.hadoop.validateOutputSpecs', 'false', 'validateOutput', false],
    ['spark.ui.showConsoleProgress', 'true', 'progress', 'auto'],
    ['spark.ui.showConsoleProgress', false, 'progress', 'none'],
    ['spark.log.level', 'INFO', 'logLevel', 'info'],
    ['spark.shuffle.compress', 'true', 'shuffleCompression', 'zstd'],
    ['spark.shuffle.compress', false, 'shuffleCompression', 'none'],
  ] as const)('%s=%s sets %s', (alias, value, name, expected) => {
    expect(load({ [alias]: value })[name]).toBe(expected);
  });

  test('an error names the key as it was written', () => {
    expect(failure({ 'spark.default.parallelism': 'many' })).toBe(
      'INVALID_CONFIG: spark.default.parallelism is "many" (flag); it must be a whole number from 1 to 1000000.',
    );
    expect(failure({ 'spark.ui.showConsoleProgress': 'bar' })).toBe(
      'INVALID_CONFIG: spark.ui.showConsoleProgress is "bar" (flag); it must be true or false.',
    );
  });

  test('no name stands for two settings', () => {
    const names = Object.entries(configTable).flatMap(([name, key]) => [name, key.env, ...key.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('several sources', () => {
  test('the first one wins, and what it overrides is told', () => {
    const { config, set, overrides } = loadConfig([
      { name: 'flag', values: { master: 'local[2]' } },
      { name: 'environment', values: { maxTaskFailures: '3' } },
      { name: 'Context.create()', values: { maxTaskFailures: 5, 'spark.master': 'local[8]', quiet: undefined } },
      { name: 'levin.config.ts', values: { master: 'local[4]', maxTaskFailures: 3, logLevel: 'info' } },
    ]);
    expect([config.master, config.maxTaskFailures, config.logLevel]).toEqual(['local[2]', 3, 'info']);
    expect([...set]).toEqual(['master', 'maxTaskFailures', 'logLevel']);
    expect(overrides).toEqual([
      'maxTaskFailures 3 (environment) overrides 5 (Context.create())',
      'master "local[2]" (flag) overrides "local[8]" (Context.create())',
      'master "local[2]" (flag) overrides "local[4]" (levin.config.ts)',
    ]);
  });

  test('a value that is overridden must be right all the same', () => {
    const sources = [
      { name: 'flag', values: { maxTaskFailures: 3 } },
      { name: 'levin.config.ts', values: { maxTaskFailures: 0 } },
    ];
    expect(() => loadConfig(sources)).toThrow('maxTaskFailures is 0 (levin.config.ts); it must be a whole number from 1 to 1000.');
  });

  test('of two names for one key in one source the last one counts', () => {
    expect(load({ master: 'local[1]', 'spark.master': 'local[2]' }).master).toBe('local[2]');
    expect(load({ 'spark.master': 'local[2]', master: 'local[1]' }).master).toBe('local[1]');
  });
});

describe('the environment', () => {
  test('every key has its variable; empty ones and others are left alone', () => {
    const names = Object.values(configTable).map(({ env }) => env);
    expect(names.every((name) => /^LEVIN_[A-Z_]+$/.test(name))).toBe(true);
    const source = environmentSource({ LEVIN_MASTER: 'local[2]', LEVIN_APP_NAME: '', LEVIN_OTHER: 'x', HOME: '/h', LEVIN_QUIET: 'true' });
    expect(source).toEqual({ name: 'environment', values: { master: 'local[2]', quiet: 'true' } });
    expect(loadConfig([source]).config.quiet).toBe(true);
  });
});

describe('unknown keys', () => {
  test.each([
    ['maxTaskFailure', 'Did you mean "maxTaskFailures"?'],
    ['Master', 'Did you mean "master"?'],
    ['spark.default.paralelism', 'Did you mean "spark.default.parallelism"?'],
    ['spark.app.Name', 'Did you mean "spark.app.name"?'],
    ['lvl', `Keys: ${Object.keys(configTable).join(', ')}.`],
    ['constructor', `Keys: ${Object.keys(configTable).join(', ')}.`],
  ])('%s', (name, hint) => {
    expect(failure({ [name]: 'x' })).toBe(`UNKNOWN_CONFIG_KEY: Unknown configuration key "${name}" (flag). ${hint}`);
  });
});
