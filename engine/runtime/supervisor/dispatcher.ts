/**
 * Places tasks on lanes. A lane is what runs tasks by itself and keeps a few more ahead, so that it never waits for the
 * next one: a worker thread of a supervisor, or an executor process of a driver.
 * ```
 *                 send                   started
 *   queued ───────────────▶ sent ──────────────────▶ started ──remove──▶
 *     ▲                      │ takeBack asked          (also from queued and sent)
 *     │       gaveBack       ▼
 *     └───────────────── returning ──started─────────▶ started
 * ```
 * Tasks leave the queue in the order they came. A lane without work takes back what waits behind a busy one.
 */
export interface Dispatcher<T> {
  add(task: T): void;
  started(ticket: Ticket<T>): void;
  /** The task is over, or is not wanted any more. */
  remove(ticket: Ticket<T>): void;
  /** Has waited long enough for a lane that it prefers: any other may have it. */
  relax(ticket: Ticket<T>): void;
  /** The lane answered `takeBack`: the task has not started and will not. */
  gaveBack(ticket: Ticket<T>): void;
  /** The lane is gone. `ended` are over with it; its other tasks are queued again, before all others and in their order. */
  laneLost(lane: number, ended: readonly Ticket<T>[]): void;
  /** Tasks that were sent to the lane and are not over. */
  ticketsOf(lane: number): readonly Ticket<T>[];
  readonly size: number;
}

export interface Ticket<T> {
  readonly id: number;
  readonly task: T;
  /** null while it is queued. */
  readonly lane: number | null;
  readonly state: 'queued' | 'sent' | 'returning' | 'started' | 'over';
  /** It has waited long enough for lanes that it prefers. */
  readonly relaxed: boolean;
}

export interface DispatcherOptions<T> {
  readonly lanes: number;
  /** Tasks that a lane runs at once. */
  readonly perLane: number;
  /** Tasks kept ahead for each task that a lane runs. */
  readonly ahead: number;
  /** Tasks of different identity do not share a lane; an empty lane takes any. */
  readonly identityOf: (task: T) => string;
  /** The task goes to this lane only if it avoids all of them; absent: no task avoids any. */
  readonly avoids?: (task: T, lane: number) => boolean;
  /** The task would rather run on this lane: it goes there while there is room, and is not taken from it by an idle one before `relax`; absent: no task prefers any. */
  readonly prefers?: (task: T, lane: number) => boolean;
  /** A lane that is up is taken before one that would have to be started. */
  readonly isUp: (lane: number) => boolean;
  /** The task's ticket, before it is sent anywhere. */
  readonly onAdded: (ticket: Ticket<T>) => void;
  readonly send: (lane: number, ticket: Ticket<T>) => void;
  /** Ask for a task that has not started; answered by `gaveBack`, at once or later, or never when it started. */
  readonly takeBack: (lane: number, ticket: Ticket<T>) => void;
}

type Entry<T> = { -readonly [F in keyof Ticket<T>]: Ticket<T>[F] };

interface Lane<T> {
  readonly index: number;
  identity: string | null;
  readonly tickets: Set<Entry<T>>;
}

interface State<T> {
  readonly options: DispatcherOptions<T>;
  readonly capacity: number;
  readonly lanes: readonly Lane<T>[];
  /** What lost its lane or was given back goes first. */
  readonly front: Entry<T>[];
  /** In the order in which tasks came. */
  readonly queue: Set<Entry<T>>;
  readonly returning: Set<Entry<T>>;
  pumping: boolean;
  changed: boolean;
}

export function createDispatcher<T>(options: DispatcherOptions<T>): Dispatcher<T> {
  const state: State<T> = {
    options,
    capacity: options.perLane * (1 + options.ahead),
    lanes: Array.from({ length: options.lanes }, (_, index) => ({ index, identity: null, tickets: new Set<Entry<T>>() })),
    front: [],
    queue: new Set(),
    returning: new Set(),
    pumping: false,
    changed: false,
  };
  let nextId = 0;
  return {
    add(task) {
      const entry: Entry<T> = { id: nextId++, task, lane: null, state: 'queued', relaxed: false };
      state.queue.add(entry);
      options.onAdded(entry);
      pump(state);
    },
    started(ticket) {
      if (ticket.state === 'over') return;
      state.returning.delete(ticket);
      (ticket as Entry<T>).state = 'started';
    },
    remove(ticket) {
      finish(state, ticket);
      pump(state);
    },
    relax(ticket) {
      (ticket as Entry<T>).relaxed = true;
      pump(state);
    },
    gaveBack(ticket) {
      if (ticket.state !== 'returning') return;
      requeue(state, [ticket as Entry<T>]);
      pump(state);
    },
    laneLost(index, ended) {
      for (const ticket of ended) finish(state, ticket);
      const lane = state.lanes[index] as Lane<T>;
      requeue(state, [...lane.tickets]);
      lane.identity = null;
      pump(state);
    },
    ticketsOf: (lane) => [...(state.lanes[lane]?.tickets ?? [])],
    get size() {
      return state.front.length + state.queue.size + state.lanes.reduce((sum, lane) => sum + lane.tickets.size, 0);
    },
  };
}

/** `send` and `takeBack` may call back at once: there is one pump at a time, and it looks again until nothing changes. */
function pump<T>(state: State<T>): void {
  state.changed = true;
  if (state.pumping) return;
  state.pumping = true;
  while (state.changed) {
    state.changed = false;
    sendQueued(state);
    if (state.front.length + state.queue.size === 0) balance(state);
  }
  state.pumping = false;
}

function sendQueued<T>(state: State<T>): void {
  if (sendAll(state, [...state.front])) sendAll(state, state.queue);
}

/** False: there is no room for more. Tasks that may go elsewhere only are passed over. */
function sendAll<T>(state: State<T>, entries: Iterable<Entry<T>>): boolean {
  const { options } = state;
  for (const entry of entries) {
    if (entry.state !== 'queued') continue;
    const identity = options.identityOf(entry.task);
    const lane = laneFor(state, entry, identity);
    if (lane === null && avoidsSome(state, entry)) continue;
    if (lane === null) return false;
    detach(state, entry);
    entry.lane = lane.index;
    entry.state = 'sent';
    lane.identity = identity;
    lane.tickets.add(entry);
    options.send(lane.index, entry);
  }
  return true;
}

function avoidsSome<T>({ lanes, options: { avoids } }: State<T>, { task }: Entry<T>): boolean {
  if (avoids === undefined) return false;
  const avoided = lanes.filter(({ index }) => avoids(task, index)).length;
  return avoided > 0 && avoided < lanes.length;
}

function mayRun<T>(state: State<T>, entry: Entry<T>, lane: Lane<T>): boolean {
  return !avoidsSome(state, entry) || state.options.avoids?.(entry.task, lane.index) !== true;
}

function laneFor<T>(state: State<T>, entry: Entry<T>, identity: string): Lane<T> | null {
  const { lanes, capacity, options } = state;
  let best: Lane<T> | null = null;
  let preferred: Lane<T> | null = null;
  for (const lane of lanes) {
    if (!mayRun(state, entry, lane)) continue;
    const load = lane.tickets.size;
    if (load >= capacity || (load > 0 && lane.identity !== identity)) continue;
    if (best === null || load < best.tickets.size || (load === best.tickets.size && options.isUp(lane.index) && !options.isUp(best.index)))
      best = lane;
    if (prefers(state, entry, lane) && (preferred === null || load < preferred.tickets.size)) preferred = lane;
  }
  return preferred ?? best;
}

function prefers<T>({ options }: State<T>, entry: Entry<T>, lane: Lane<T>): boolean {
  return !entry.relaxed && options.prefers?.(entry.task, lane.index) === true;
}

/** As many tasks are asked back at once as there are places free, not more. */
function balance<T>(state: State<T>): void {
  const { lanes, options, returning } = state;
  const { perLane } = options;
  const idle = lanes.filter((lane) => lane.tickets.size < perLane);
  const free = lanes.reduce((sum, lane) => sum + Math.max(0, perLane - lane.tickets.size), 0);
  while (returning.size < free) {
    const found = movable(state, idle);
    if (found === null) return;
    found.entry.state = 'returning';
    returning.add(found.entry);
    options.takeBack(found.lane.index, found.entry);
  }
}

/** The last task of the longest lane that may go to an idle one. */
function movable<T>(state: State<T>, idle: readonly Lane<T>[]): { readonly entry: Entry<T>; readonly lane: Lane<T> } | null {
  const waiting = state.lanes.filter(({ tickets }) => tickets.size > state.options.perLane);
  for (const lane of waiting.sort((a, b) => b.tickets.size - a.tickets.size)) {
    const moves = (ticket: Entry<T>): boolean =>
      ticket.state === 'sent' && !prefers(state, ticket, lane) && idle.some((other) => mayRun(state, ticket, other));
    const entry = [...lane.tickets].findLast(moves);
    if (entry !== undefined) return { entry, lane };
  }
  return null;
}

function finish<T>(state: State<T>, ticket: Ticket<T>): void {
  const entry = ticket as Entry<T>;
  detach(state, entry);
  entry.state = 'over';
}

function requeue<T>(state: State<T>, entries: readonly Entry<T>[]): void {
  for (const entry of entries) {
    detach(state, entry);
    entry.state = 'queued';
  }
  state.front.unshift(...entries);
}

function detach<T>(state: State<T>, entry: Entry<T>): void {
  state.returning.delete(entry);
  if (entry.lane === null) {
    state.queue.delete(entry);
    const at = state.front.indexOf(entry);
    if (at >= 0) state.front.splice(at, 1);
  } else state.lanes[entry.lane]?.tickets.delete(entry);
  entry.lane = null;
}
