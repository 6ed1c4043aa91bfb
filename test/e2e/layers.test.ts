import { appendFileSync, cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CruiseSummary, cruise, FOLDERS, judgeCruise } from '../../scripts/check-layers.ts';
import { REPOSITORY } from '../support/consumer.ts';
import { temporaryFolder } from '../support/run-cli.ts';

/** A file, an import that it must not have, and what the judge says of it. */
const planted: readonly (readonly [file: string, line: string, said: string])[] = [
  [
    'engine/records/hash-key.ts',
    "import '../../driver/config/nearest-name.ts';",
    'engine-is-lowest: engine/records/hash-key.ts → driver/config/nearest-name.ts',
  ],
  [
    'engine/types/keys.ts',
    "import '../runtime/lease-lost.ts';",
    'engine-types-is-below: engine/types/keys.ts → engine/runtime/lease-lost.ts',
  ],
  [
    'engine/types/call-site.ts',
    "import type { MetadataStore as _ } from '../ports/metadata-store.ts';",
    'engine-types-is-below: engine/types/call-site.ts → engine/ports/metadata-store.ts',
  ],
  [
    'engine/ports/clock.ts',
    "import type { createVirtualClock as _ } from '../adapters/memory/virtual-clock.ts';",
    'adapters-are-chosen-where-things-are-wired: engine/ports/clock.ts → engine/adapters/memory/virtual-clock.ts',
  ],
  [
    'shuffle/spilled-runs.ts',
    "import '../driver/config/nearest-name.ts';",
    'shuffle-is-below: shuffle/spilled-runs.ts → driver/config/nearest-name.ts',
  ],
  [
    'functions/worker-thread.ts',
    "import type { LevinConfig as _ } from '../driver/config/config-input.ts';",
    'functions-know-no-driver: functions/worker-thread.ts → driver/config/config-input.ts',
  ],
  [
    'driver/config/parse-master.ts',
    "import '../../functions/worker-thread.ts';",
    'driver-names-functions-by-url: driver/config/parse-master.ts → functions/worker-thread.ts',
  ],
  [
    'driver/lineage/lineage-node.ts',
    "import '../../engine/adapters/memory/memory-object-store.ts';",
    'adapters-are-chosen-where-things-are-wired: driver/lineage/lineage-node.ts → engine/adapters/memory/memory-object-store.ts',
  ],
  ['driver/planner/task-inputs.ts', "import 'node:fs';", 'files-are-read-in-few-places: driver/planner/task-inputs.ts → fs'],
  [
    'driver/planner/analyze.ts',
    "import type { Stats as _ } from 'node:fs';",
    'files-are-read-in-few-places: driver/planner/analyze.ts → fs',
  ],
  [
    'engine/ports/every-page.ts',
    "import type { S3Client as _ } from '@aws-sdk/client-s3';",
    'aws-sdk-in-its-adapters: engine/ports/every-page.ts → node_modules/@aws-sdk/client-s3/dist-cjs/index.js',
  ],
  [
    'testing/emulators/s3-xml.ts',
    "import '../../engine/ports/object-errors.ts';",
    'emulators-know-nothing-of-levin: testing/emulators/s3-xml.ts → engine/ports/object-errors.ts',
  ],
  ['driver/scheduler/throttle.ts', "import 'node:os';", 'scheduler-is-pure: driver/scheduler/throttle.ts → os'],
  ['driver/scheduler/settings.ts', "import './gone.ts';", 'no-unresolved: driver/scheduler/settings.ts → ./gone.ts'],
];

const copy = temporaryFolder('levin-layers-');
let clean: CruiseSummary;
let spoilt: CruiseSummary;

beforeAll(async () => {
  for (const path of [...FOLDERS, 'package.json', '.dependency-cruiser.cjs']) {
    cpSync(join(REPOSITORY, path), join(copy.path, path), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy.path, 'node_modules'));
  clean = await cruise(copy.path);
  for (const [file, line] of planted) appendFileSync(join(copy.path, file), `${line}\n`);
  spoilt = await cruise(copy.path);
});
afterAll(() => copy[Symbol.dispose]());

test('the sources as they are break no rule', () => {
  expect(judgeCruise(clean)).toBe(null);
});

test('every planted import is found, and names rule, file and target', () => {
  // The copy's packages are a link, and named by where they are.
  const said = judgeCruise(spoilt)?.replaceAll(/→ \S+\/node_modules\//g, '→ node_modules/');
  expect(said?.split('\n').toSorted()).toEqual(planted.map(([, , judged]) => judged).toSorted());
});

test('a parser that saw nothing does not pass', () => {
  expect(judgeCruise({ totalCruised: 3, violations: [] })).toBe('only 3 modules were cruised; at least 250 are expected');
});
