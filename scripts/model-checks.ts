interface ModelCheck {
  readonly model: string;
  /** Defined for the model's preprocessor. */
  readonly flags: readonly string[];
  readonly breaks: string | null;
}

/**
 * What is checked of the models in protocols/. `breaks` null: every property of the model holds. Else the flags take a rule away, and `breaks` is the
 * property (the comment at its assertion in the model) that must fail then.
 */
export const MODEL_CHECKS: readonly ModelCheck[] = [
  { model: 'commit', flags: [], breaks: null },
  { model: 'commit', flags: ['NO_ELECTION'], breaks: 'one winner a generation' },
  { model: 'commit', flags: ['NO_GENERATION_CHECK'], breaks: 'one winner a generation' },
  { model: 'commit', flags: ['LOSER_ANSWERS_ITSELF'], breaks: 'no reader sees a loser' },
  { model: 'commit', flags: ['RAISE_UNCONDITIONALLY'], breaks: 'what is committed and there stays' },
  { model: 'commit', flags: ['NEVER_RAISED'], breaks: 'a lost winner can be replaced' },
  { model: 'driver', flags: [], breaks: null },
  { model: 'driver', flags: ['NO_EPOCH_CHECK'], breaks: 'a zombie driver changes nothing' },
  { model: 'driver', flags: ['NO_EPOCH_CHECK', 'CONSEQUENCE'], breaks: 'nobody writes beside the holder' },
  { model: 'driver', flags: ['NO_LAUNCH_RECORD'], breaks: 'a successor launches nothing twice' },
  { model: 'driver', flags: ['NO_TAKE_CONDITION'], breaks: 'one driver an epoch' },
  { model: 'output', flags: [], breaks: null },
  { model: 'output', flags: ['FRESH'], breaks: null },
  { model: 'output', flags: ['ATOMIC_CHECK'], breaks: null },
  { model: 'output', flags: ['ATOMIC_CHECK', 'FRESH'], breaks: null },
  { model: 'output', flags: ['LATER'], breaks: null },
  { model: 'output', flags: ['NO_PUBLICATION_RECORD'], breaks: 'the manifest is what the journal says' },
  { model: 'output', flags: ['NO_PUBLICATION_RECORD', 'CONSEQUENCE', 'ATOMIC_CHECK'], breaks: 'no row twice' },
  { model: 'output', flags: ['MANIFEST_FIRST'], breaks: 'readers of levin see an output whole' },
  { model: 'output', flags: ['NO_MANIFEST_NUMBER', 'LATER'], breaks: 'readers of levin see an output whole' },
  { model: 'output', flags: ['SUCCESS_FIRST'], breaks: '_SUCCESS stands beside a whole output' },
  { model: 'output', flags: ['END_ANYWAY'], breaks: 'the next driver finishes it' },
];

/** Properties that are no assertions: the search ends in a state from which nothing goes on. */
export const DEADLOCKS: Readonly<Record<string, string>> = { commit: 'a lost winner can be replaced' };

/** The property whose assertion stands in a line of the model: its comment. */
export function propertyAt(modelText: string, line: number): string | null {
  return /\/\*\s*(.*?)\s*\*\/\s*$/.exec(modelText.split('\n')[line - 1] ?? '')?.[1] ?? null;
}
